-- What contacts did: the names and properties of events, the events, and new kinds of changes.
CREATE TABLE event_names (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_type_id INTEGER NOT NULL REFERENCES contact_types (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    hidden INTEGER NOT NULL DEFAULT 0,
    keep TEXT,
    created_at INTEGER NOT NULL,
    count INTEGER NOT NULL DEFAULT 0,
    first_at INTEGER,
    last_at INTEGER,
    UNIQUE (contact_type_id, name_key)
) STRICT;

CREATE TABLE event_properties (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name_id INTEGER NOT NULL REFERENCES event_names (id),
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    hidden INTEGER NOT NULL DEFAULT 0,
    unreadable INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    UNIQUE (name_id, key)
) STRICT;
INSERT INTO sqlite_sequence (name, seq) VALUES ('event_properties', 100);

CREATE TABLE events (
    contact_id INTEGER NOT NULL,
    name_id INTEGER NOT NULL REFERENCES event_names (id),
    identity BLOB NOT NULL,
    at INTEGER NOT NULL,
    key TEXT NOT NULL,
    properties TEXT NOT NULL,
    change INTEGER NOT NULL,
    PRIMARY KEY (contact_id, name_id, identity)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_by_change ON events (change);
CREATE INDEX events_by_name ON events (name_id, at);

CREATE TABLE next_change_log (
    change INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL CHECK (
        subject IN ('contact', 'recipient', 'segment', 'fields', 'events', 'catalogue', 'removal')
    ),
    contact_type_id INTEGER NOT NULL,
    segment_id INTEGER,
    contact_id INTEGER,
    inclusion_id INTEGER,
    changed_at INTEGER NOT NULL DEFAULT 0,
    cause TEXT NOT NULL DEFAULT 'contact changed',
    last_contact_id INTEGER,
    contact_ids TEXT,
    event_name_id INTEGER,
    removed_before INTEGER
) STRICT;
INSERT INTO next_change_log (
    change, subject, contact_type_id, segment_id, contact_id, inclusion_id, changed_at, cause, last_contact_id
)
SELECT change, subject, contact_type_id, segment_id, contact_id, inclusion_id, changed_at, cause, last_contact_id
FROM change_log;
DELETE FROM sqlite_sequence WHERE name = 'next_change_log';
INSERT INTO sqlite_sequence (name, seq) SELECT 'next_change_log', seq FROM sqlite_sequence WHERE name = 'change_log';
DROP TABLE change_log;
ALTER TABLE next_change_log RENAME TO change_log;
