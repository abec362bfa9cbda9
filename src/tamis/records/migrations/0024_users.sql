-- People sign in as users, who have a role in each account: the login of each account becomes its owner. The first
-- users have the ids of their accounts, which the audit log names.
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    created_at INTEGER NOT NULL,
    code_secret TEXT,
    code_step INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO users (id, email, email_key, password_hash, created_at)
SELECT id, email, email_key, password_hash, created_at FROM accounts ORDER BY id;

CREATE TABLE account_users (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
    created_at INTEGER NOT NULL,
    opened_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX accounts_of_user ON account_users (user_id);

INSERT INTO account_users (account_id, user_id, role, created_at) SELECT id, id, 'owner', created_at FROM accounts;

ALTER TABLE accounts DROP COLUMN password_hash;

CREATE TABLE next_sessions (
    token_hash BLOB NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    address TEXT NOT NULL DEFAULT '',
    user_agent TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

INSERT INTO next_sessions (token_hash, user_id, account_id, created_at, seen_at)
SELECT token_hash, account_id, account_id, created_at, seen_at FROM sessions;

DROP TABLE sessions;

ALTER TABLE next_sessions RENAME TO sessions;

CREATE INDEX sessions_of_user ON sessions (user_id);

CREATE TABLE recovery_codes (
    user_id INTEGER NOT NULL REFERENCES users (id),
    code_hash BLOB NOT NULL,
    PRIMARY KEY (user_id, code_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
    token_hash BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    UNIQUE (account_id, email_key)
) STRICT;

CREATE TABLE password_links (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id),
    token_hash BLOB NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL
) STRICT;

ALTER TABLE audit_log ADD COLUMN address TEXT NOT NULL DEFAULT '';

CREATE INDEX audit_log_by_age ON audit_log (at);

UPDATE audit_log SET actor_name = '' WHERE actor_kind = 'person';

UPDATE audit_log SET subject_name = '' WHERE subject_kind = 'account';
