-- name: layout
SELECT layout FROM event_storage;

-- name: change_layout
UPDATE event_storage SET layout = random() WHERE coalesce((SELECT level FROM event_runs WHERE id = ?), 0) <> ?;

-- name: filters
SELECT run_id, last_contact_id, id FROM event_filters
WHERE run_id NOT IN (SELECT id FROM event_runs WHERE level = ?) ORDER BY run_id, last_contact_id;

-- name: runs_of_level
SELECT r.id, min(f.id) FROM event_runs r JOIN event_filters f ON f.run_id = r.id WHERE r.level = ? GROUP BY r.id;

-- name: filter_words
SELECT words FROM event_filters WHERE id = ?;

-- name: filter_of_contact
SELECT words FROM event_filters WHERE run_id = ? AND last_contact_id >= ? ORDER BY last_contact_id LIMIT 1;

-- name: filter_of_run
SELECT min(id) FROM event_filters WHERE run_id = ?;

-- name: filters_of_run
SELECT last_contact_id, words FROM event_filters WHERE run_id = ? AND last_contact_id > ?
ORDER BY last_contact_id LIMIT ?;

-- name: insert_filter
INSERT INTO event_filters (id, run_id, last_contact_id, words) VALUES (?, ?, ?, ?);

-- name: drop_filters
DELETE FROM event_filters WHERE run_id = ?;

-- name: drop_filters_up_to
DELETE FROM event_filters WHERE run_id = ? AND last_contact_id <= ?;

-- name: runs
SELECT id, change, level, events, target_id FROM event_runs ORDER BY id;

-- name: events_of_run
SELECT events FROM event_runs WHERE id = ?;

-- name: insert_run
INSERT INTO event_runs (change, level) VALUES (?, ?) RETURNING id;

-- name: add_events
UPDATE event_runs SET events = events + ? WHERE id = ?;

-- name: set_level
UPDATE event_runs SET level = ? WHERE id = ?;

-- name: set_target
UPDATE event_runs SET target_id = ? WHERE id = ?;

-- name: drop_run
DELETE FROM event_runs WHERE id = ?;

-- name: insert_block
INSERT INTO event_blocks (run_id, first_contact_id, last_contact_id, events, lines) VALUES (?, ?, ?, ?, ?);

-- name: replace_block
UPDATE event_blocks SET first_contact_id = ?, last_contact_id = ?, events = ?, lines = ? WHERE id = ?;

-- name: drop_block
DELETE FROM event_blocks WHERE id = ?;

-- name: blocks_of_contact
SELECT id, run_id, first_contact_id, last_contact_id, lines FROM event_blocks
WHERE run_id = ?1 AND last_contact_id >= ?2 ORDER BY last_contact_id, id LIMIT 1;

-- name: blocks_after
SELECT id, run_id, first_contact_id, last_contact_id, lines FROM event_blocks
WHERE run_id = ?1 AND (last_contact_id, id) > (?2, ?3) ORDER BY last_contact_id, id LIMIT ?4;

-- name: blocks_up_to
SELECT id, run_id, first_contact_id, last_contact_id, lines FROM event_blocks
WHERE run_id = ?1 AND (last_contact_id <= ?2 OR id = (
    SELECT id FROM event_blocks WHERE run_id = ?1 AND last_contact_id > ?2 ORDER BY last_contact_id, id LIMIT 1
)) ORDER BY last_contact_id, id;

-- name: contact_of_block
SELECT last_contact_id FROM event_blocks WHERE run_id = ? ORDER BY last_contact_id, id LIMIT 1 OFFSET ?;

-- name: last_contact
SELECT coalesce(max(last_contact_id), 0) FROM event_blocks WHERE run_id = ?;

-- name: blocks_between
SELECT id, run_id, first_contact_id, last_contact_id, lines FROM event_blocks
WHERE id > ? AND id <= ? ORDER BY id LIMIT ?;

-- name: all_blocks
SELECT id, run_id, first_contact_id, last_contact_id, lines FROM event_blocks ORDER BY id;

-- name: sealable
WITH newest AS (
    SELECT id AS name_id,
        (SELECT change FROM events WHERE name_id = n.id ORDER BY change DESC LIMIT 1 OFFSET ?1) AS kept,
        (SELECT change FROM events WHERE name_id = n.id ORDER BY change DESC LIMIT 1 OFFSET 10 * ?1) AS much_older
    FROM event_names n
), sealed AS (
    -- If far more events were added by one change, they are not worth keeping as rows.
    SELECT name_id, min(?2, CASE kept WHEN much_older THEN kept ELSE kept - 1 END) AS up_to FROM newest WHERE kept IS NOT NULL
)
SELECT name_id, up_to, (SELECT count(*) FROM events e WHERE e.name_id = sealed.name_id AND e.change <= up_to)
FROM sealed;

-- name: rows_after_contact
SELECT contact_id, name_id, at, key, properties, occurrence, identity, change FROM events
WHERE contact_id > ? ORDER BY contact_id LIMIT ?;

-- name: rows_of_contact
SELECT contact_id, name_id, at, key, properties, occurrence, identity, change FROM events WHERE contact_id = ?;

-- name: drop_row
DELETE FROM events WHERE contact_id = ? AND name_id = ? AND identity = ?;

-- name: count_rows
SELECT count(*) FROM events;

-- name: sealing_after
SELECT sealing_after FROM event_storage;

-- name: set_sealing_after
UPDATE event_storage SET sealing_after = ?;

-- name: note_sealed
UPDATE event_storage SET sealed_change = max(sealed_change, ?);

-- name: sealed_change
SELECT sealed_change FROM event_storage;

-- name: removals
SELECT id, contact_id, name_id, before, after_block_id, last_block_id FROM event_removals ORDER BY id;

-- name: remove_contacts
INSERT INTO event_removals (contact_id, last_block_id)
SELECT value, (SELECT coalesce(max(id), 0) FROM event_blocks) FROM json_each(?);

-- name: remove_before
INSERT INTO event_removals (name_id, before, last_block_id)
VALUES (?, ?, (SELECT coalesce(max(id), 0) FROM event_blocks));

-- name: advance_removal
UPDATE event_removals SET after_block_id = ? WHERE id = ?;

-- name: drop_removal
DELETE FROM event_removals WHERE id = ?;
