-- Which erasure the files must still follow (at most one row), and which addresses are not to come back.
ALTER TABLE store ADD COLUMN pepper BLOB;

CREATE TABLE erasure (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    change INTEGER NOT NULL,
    since INTEGER NOT NULL
) STRICT;

CREATE TABLE forgotten (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_type_id INTEGER NOT NULL REFERENCES contact_types (id),
    email_hash TEXT NOT NULL,
    forgotten_at INTEGER NOT NULL,
    UNIQUE (contact_type_id, email_hash)
) STRICT;
