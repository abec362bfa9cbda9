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

-- name: add_skipped
INSERT INTO skipped_numbers (after, last) SELECT number, number + ? FROM projection;

-- name: skip_numbers
UPDATE projection SET number = number + ?;

-- name: set_clock
INSERT INTO projection_clocks (contact_type_id, as_of) VALUES (?, ?)
ON CONFLICT (contact_type_id) DO UPDATE SET as_of = excluded.as_of;

-- name: drop_clock
DELETE FROM projection_clocks WHERE contact_type_id = ?;

-- name: drop_clocks
DELETE FROM projection_clocks;

-- name: add_change
INSERT INTO membership_changes (number, recipient_id, change, instant, cause) VALUES (?, ?, ?, ?, ?);

-- name: add_pack
INSERT INTO membership_packs (first_number, last_number, changes) VALUES (?, ?, ?);

-- name: add_snapshot
INSERT INTO membership_snapshots (number, segment_id, instant, cause, recipients) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (number) DO UPDATE SET segment_id = excluded.segment_id, instant = excluded.instant,
    cause = excluded.cause, recipients = excluded.recipients;

-- name: drop_members
DELETE FROM member_lists WHERE segment_id = ?;

-- name: add_members
INSERT INTO member_lists (segment_id, part, number, members) VALUES (?, ?, ?, ?);

-- name: set_day
INSERT INTO daily_sizes (segment_id, day, recipients, entered, departed, snapshot_cause) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (segment_id, day) DO UPDATE SET recipients = excluded.recipients, entered = excluded.entered,
    departed = excluded.departed, snapshot_cause = excluded.snapshot_cause;

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
SELECT segment_id, day, recipients, entered, departed, snapshot_cause FROM daily_sizes ORDER BY segment_id, day;

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

-- name: pack_after
SELECT first_number FROM membership_packs WHERE first_number > ? ORDER BY first_number LIMIT 1;

-- name: changes_before
SELECT number, recipient_id, change, instant, cause FROM membership_changes
WHERE number > ? AND number < coalesce(?, 9223372036854775807) ORDER BY number LIMIT ?;

-- name: snapshots_of_span
SELECT number, segment_id, instant, cause, recipients FROM membership_snapshots
WHERE segment_id > ? AND segment_id <= ?;

-- name: days_of_span
SELECT segment_id, day, recipients, entered, departed, snapshot_cause FROM daily_sizes WHERE segment_id > ? AND segment_id <= ?;

-- name: lists_of_span
SELECT segment_id, part FROM member_lists WHERE segment_id > ? AND segment_id <= ? ORDER BY segment_id, part;

-- name: contradictions
SELECT (
    SELECT count(*) FROM (
        SELECT max(number) AS newest FROM membership_changes UNION ALL SELECT max(last_number) FROM membership_packs
        UNION ALL SELECT max(number) FROM membership_snapshots UNION ALL SELECT max(number) FROM member_lists
    ) AS numbers WHERE newest > (SELECT number FROM projection)
), (
    SELECT count(*) FROM membership_packs p WHERE p.last_number < p.first_number OR EXISTS (
        SELECT 1 FROM membership_packs o WHERE o.first_number > p.first_number AND o.first_number <= p.last_number
    )
), (
    SELECT count(*) FROM membership_changes c WHERE EXISTS (
        SELECT 1 FROM membership_snapshots s WHERE s.number = c.number
    ) OR c.number <= (
        SELECT p.last_number FROM membership_packs p WHERE p.first_number <= c.number ORDER BY p.first_number DESC
        LIMIT 1
    )
), (
    SELECT count(*) FROM membership_changes c WHERE NOT EXISTS (
        SELECT 1 FROM membership_snapshots s WHERE s.segment_id = c.recipient_id >> 32 AND s.number < c.number
    )
), (
    SELECT count(*) FROM (
        SELECT segment_id FROM member_lists GROUP BY segment_id
        HAVING min(part) <> 0 OR max(part) <> count(*) - 1 OR min(number) <> max(number)
    ) AS incomplete
);

-- name: has_rows_beyond
SELECT number FROM membership_changes ORDER BY number LIMIT 1 OFFSET ?;

-- name: rows_between
SELECT count(*) FROM membership_changes WHERE number BETWEEN ? AND ?;

-- name: drop_rows
DELETE FROM membership_changes WHERE number BETWEEN ? AND ?;

