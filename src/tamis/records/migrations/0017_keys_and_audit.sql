-- What a key may do and until when, a way to find it by its secret alone, and who did what.
ALTER TABLE key_pairs ADD COLUMN scope TEXT NOT NULL DEFAULT 'admin';
ALTER TABLE key_pairs ADD COLUMN expires_at INTEGER;
CREATE UNIQUE INDEX key_pairs_by_secret ON key_pairs (secret_hash);

CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    subject_name TEXT NOT NULL,
    details TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE INDEX audit_log_of_account ON audit_log (account_id);
