-- The history of memberships is truth: it cannot be computed again, so it is kept here and copied to the projection.
CREATE TABLE projection (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    change INTEGER NOT NULL,
    number INTEGER NOT NULL,
    mark INTEGER NOT NULL,
    trimmed TEXT
) STRICT;

INSERT INTO projection (id, change, number, mark) VALUES (1, 0, 0, 0);

CREATE TABLE projection_clocks (
    contact_type_id INTEGER PRIMARY KEY,
    as_of INTEGER NOT NULL
) STRICT;

CREATE TABLE membership_changes (
    number INTEGER PRIMARY KEY,
    recipient_id INTEGER NOT NULL,
    change INTEGER NOT NULL CHECK (change IN (-1, 1)),
    instant INTEGER NOT NULL,
    cause TEXT NOT NULL
) STRICT;

CREATE TABLE membership_packs (
    first_number INTEGER PRIMARY KEY,
    last_number INTEGER NOT NULL,
    changes BLOB NOT NULL
) STRICT;

CREATE TABLE membership_snapshots (
    number INTEGER PRIMARY KEY,
    segment_id INTEGER NOT NULL,
    instant INTEGER NOT NULL,
    cause TEXT NOT NULL,
    recipients INTEGER NOT NULL
) STRICT;

CREATE INDEX membership_snapshots_of_segment ON membership_snapshots (segment_id, number);

CREATE TABLE member_lists (
    segment_id INTEGER NOT NULL,
    part INTEGER NOT NULL,
    number INTEGER NOT NULL,
    members BLOB NOT NULL,
    PRIMARY KEY (segment_id, part)
) STRICT;

CREATE TABLE daily_sizes (
    segment_id INTEGER NOT NULL,
    day TEXT NOT NULL,
    recipients INTEGER NOT NULL,
    entered INTEGER NOT NULL,
    departed INTEGER NOT NULL,
    filled TEXT,
    PRIMARY KEY (segment_id, day)
) STRICT, WITHOUT ROWID;
