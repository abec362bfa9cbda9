-- Events that the projection has are moved from rows to runs: compressed lines in the order of their contacts.
ALTER TABLE events ADD COLUMN occurrence INTEGER NOT NULL DEFAULT 1;
DROP INDEX events_by_change;
DROP INDEX events_by_name;
CREATE INDEX events_by_name ON events (name_id, change);

CREATE TABLE event_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    change INTEGER NOT NULL DEFAULT 0,
    level INTEGER,
    events INTEGER NOT NULL DEFAULT 0,
    target_id INTEGER REFERENCES event_runs (id)
) STRICT;

CREATE TABLE event_blocks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL REFERENCES event_runs (id),
    first_contact_id INTEGER NOT NULL,
    last_contact_id INTEGER NOT NULL,
    events INTEGER NOT NULL,
    lines BLOB NOT NULL
) STRICT;
CREATE INDEX event_blocks_by_contact ON event_blocks (run_id, last_contact_id);

CREATE TABLE event_filters (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES event_runs (id),
    last_contact_id INTEGER NOT NULL,
    words BLOB NOT NULL
) STRICT;
CREATE INDEX event_filters_by_contact ON event_filters (run_id, last_contact_id);

CREATE TABLE event_removals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_id INTEGER,
    name_id INTEGER,
    before INTEGER,
    after_block_id INTEGER NOT NULL DEFAULT 0,
    last_block_id INTEGER NOT NULL
) STRICT;

CREATE TABLE event_storage (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sealed_change INTEGER NOT NULL DEFAULT 0,
    sealing_after INTEGER NOT NULL DEFAULT 0,
    layout INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO event_storage (id) VALUES (1);
