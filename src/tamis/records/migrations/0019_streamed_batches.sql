-- What a streamed batch with an idempotency key has done so far, so that a repeated request continues it.
CREATE TABLE idempotent_chunks (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    key TEXT NOT NULL,
    number INTEGER NOT NULL,
    digest BLOB NOT NULL,
    results BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, key, number)
) STRICT;

CREATE INDEX idempotent_chunks_by_age ON idempotent_chunks (created_at);
