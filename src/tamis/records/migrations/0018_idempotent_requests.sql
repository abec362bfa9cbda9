-- Requests with an idempotency key are done once: their outcome and their answer are kept for a day.
CREATE TABLE idempotent_requests (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    outcome BLOB,
    status INTEGER,
    headers TEXT,
    body BLOB,
    PRIMARY KEY (account_id, key)
) STRICT;

CREATE INDEX idempotent_requests_by_age ON idempotent_requests (created_at);
