-- name: position
SELECT change, number, mark, trimmed FROM projection;

-- name: clocks
SELECT contact_type_id, as_of FROM projection_clocks;

-- name: set_position
UPDATE projection SET change = ?, number = ?, mark = ?, trimmed = coalesce(?, trimmed) WHERE mark = ? RETURNING id;

-- name: set_change
UPDATE projection SET change = ? WHERE mark = ? RETURNING id;

-- name: set_trimmed
UPDATE projection SET mark = ?, trimmed = coalesce(?, trimmed) WHERE mark = ? RETURNING id;

-- name: set_clock
INSERT OR REPLACE INTO projection_clocks (contact_type_id, as_of) VALUES (?, ?);

-- name: drop_clock
DELETE FROM projection_clocks WHERE contact_type_id = ?;

-- name: drop_clocks
DELETE FROM projection_clocks;

-- name: add_change
INSERT INTO membership_changes (number, recipient_id, change, instant, cause) VALUES (?, ?, ?, ?, ?);

-- name: add_pack
INSERT INTO membership_packs (first_number, last_number, changes) VALUES (?, ?, ?);

-- name: add_snapshot
INSERT OR REPLACE INTO membership_snapshots (number, segment_id, instant, cause, recipients) VALUES (?, ?, ?, ?, ?);

-- name: drop_members
DELETE FROM member_lists WHERE segment_id = ?;

-- name: add_members
INSERT INTO member_lists (segment_id, part, number, members) VALUES (?, ?, ?, ?);

-- name: set_day
INSERT OR REPLACE INTO daily_sizes (segment_id, day, recipients, entered, departed, filled) VALUES (?, ?, ?, ?, ?, ?);

-- name: changes
SELECT number, recipient_id, change, instant, cause FROM membership_changes WHERE number > ? ORDER BY number LIMIT ?;

-- name: pack_numbers
SELECT first_number FROM membership_packs ORDER BY first_number;

-- name: pack
SELECT first_number, last_number, changes FROM membership_packs WHERE first_number = ?;

-- name: snapshots
SELECT number, segment_id, instant, cause, recipients FROM membership_snapshots ORDER BY number;

-- name: list_numbers
SELECT segment_id, part FROM member_lists ORDER BY segment_id, part;

-- name: members
SELECT segment_id, part, number, members FROM member_lists WHERE segment_id = ? AND part = ?;

-- name: days
SELECT segment_id, day, recipients, entered, departed, filled FROM daily_sizes ORDER BY segment_id, day;

-- name: drop_snapshots_before
DELETE FROM membership_snapshots WHERE segment_id = ? AND number <= ?;

-- name: drop_all_snapshots
DELETE FROM membership_snapshots WHERE segment_id = ? AND cause <> 'deletion';

-- name: drop_days
DELETE FROM daily_sizes WHERE segment_id = ?;

-- name: drop_changes
DELETE FROM membership_changes WHERE number <= coalesce(
    (SELECT min(s.number) FROM membership_snapshots s WHERE s.segment_id = recipient_id >> 32), number
);

-- name: drop_packs
DELETE FROM membership_packs WHERE last_number < ?;
