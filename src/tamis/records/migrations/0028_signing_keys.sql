-- The keys of signed tokens, such as unsubscribe links. Ids are random, so that keys of two directories can be merged.
CREATE TABLE signing_keys (
    id INTEGER NOT NULL PRIMARY KEY,
    secret BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    signs_from INTEGER NOT NULL
) STRICT;
