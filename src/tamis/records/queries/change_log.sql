-- name: insert
INSERT INTO change_log (subject, contact_type_id, segment_id, contact_id, inclusion_id, changed_at, cause)
VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: insert_contacts
INSERT INTO change_log (subject, contact_type_id, contact_id, changed_at, cause)
SELECT 'contact', ?1, value, ?2, ?3 FROM json_each(?4);

-- name: insert_contact_range
INSERT INTO change_log (subject, contact_type_id, contact_id, last_contact_id, changed_at, cause)
VALUES ('contact', ?, ?, ?, ?, ?);

-- name: insert_events
INSERT INTO change_log (subject, contact_type_id, changed_at, cause, contact_ids) VALUES ('events', ?, ?, ?, ?);

-- name: insert_removal
INSERT INTO change_log (subject, contact_type_id, event_name_id, removed_before, changed_at, cause)
VALUES ('removal', ?, ?, ?, ?, ?);

-- name: last_change
SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name IN ('change_log', 'feed')), 0);
-- In backups of schemas before 0015 the table is called feed.

-- name: has_type_changed
SELECT EXISTS (
    SELECT 1 FROM change_log WHERE change > ? AND contact_type_id = ? AND subject NOT IN ('segment', 'recipient')
);

-- name: has_account_changed
SELECT EXISTS (
    SELECT 1 FROM change_log WHERE change > ? AND contact_type_id IN (SELECT id FROM contact_types WHERE account_id = ?)
);

-- name: first_change
SELECT min(change) FROM change_log;

-- name: contact_changes
SELECT max(change), contact_type_id, changed_at, cause, json_group_array(contact_id)
FROM change_log WHERE change > ? AND change <= ? AND contact_id IS NOT NULL AND last_contact_id IS NULL
GROUP BY contact_type_id, changed_at, cause;

-- name: contact_ranges
SELECT change, contact_type_id, changed_at, cause, contact_id, last_contact_id
FROM change_log WHERE change > ? AND change <= ? AND last_contact_id IS NOT NULL;

-- name: event_changes
SELECT contact_type_id, changed_at, cause, contact_ids
FROM change_log WHERE change > ? AND change <= ? AND subject = 'events' ORDER BY change;

-- name: removals
SELECT contact_type_id, event_name_id, removed_before, changed_at
FROM change_log WHERE change > ? AND change <= ? AND subject = 'removal' ORDER BY change;

-- name: batch_end
SELECT min(change) FROM (
    SELECT change, sum(coalesce(last_contact_id - contact_id + 1, json_array_length(contact_ids), 1)) OVER (ORDER BY change) AS contacts
    FROM change_log WHERE change > ?1 ORDER BY change LIMIT ?2
) AS totals WHERE contacts >= ?2;

-- name: other_changes
SELECT change, subject, contact_type_id, segment_id, contact_id, inclusion_id, changed_at, cause
FROM change_log WHERE change > ? AND change <= ? AND subject NOT IN ('contact', 'events', 'removal') ORDER BY change;

-- name: time_of_change
SELECT changed_at FROM change_log WHERE change = ?;

-- name: time_of_first_after
SELECT changed_at FROM change_log WHERE change > ? ORDER BY change LIMIT 1;

-- name: trim
DELETE FROM change_log WHERE change <= ?;

-- name: store_id
SELECT id FROM store;
