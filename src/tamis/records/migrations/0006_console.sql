-- What the console keeps: who is signed in, names and last use of keys, orders that people chose, files on their way in.
CREATE TABLE sessions (
    token_hash BLOB NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_of_account ON sessions (account_id);

ALTER TABLE key_pairs ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE key_pairs ADD COLUMN used_at INTEGER;

-- Fields without a position stand after those that have one, in order of their making.
ALTER TABLE fields ADD COLUMN position INTEGER;

-- The ids of the fields that the list of contacts shows, as JSON.
ALTER TABLE contact_types ADD COLUMN shown TEXT NOT NULL DEFAULT '[]';

CREATE TABLE uploads (
    id TEXT NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    contact_type_id INTEGER,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX uploads_of_account ON uploads (account_id);
