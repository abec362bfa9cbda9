-- Addresses that were excluded from segments by hand and are no contacts now: of each only a keyed hash is kept.
CREATE TABLE excluded_addresses (
    segment_id INTEGER NOT NULL REFERENCES segments (id),
    email_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (segment_id, email_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX excluded_addresses_by_hash ON excluded_addresses (email_hash);
