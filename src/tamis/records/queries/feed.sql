-- name: insert
INSERT INTO feed (subject, contact_type_id, segment_id, contact_id, added_id, at, cause) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: insert_contact_range
INSERT INTO feed (subject, contact_type_id, contact_id, at, cause)
SELECT 'contact', contact_type_id, id, ?, ? FROM contacts WHERE id BETWEEN ? AND ? ORDER BY id;

-- name: last_change
SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'feed'), 0);

-- name: first_change
SELECT min(change) FROM feed;

-- name: touched_contacts
SELECT contact_type_id, at, cause, json_group_array(contact_id)
FROM feed WHERE change > ? AND change <= ? AND contact_id IS NOT NULL
GROUP BY contact_type_id, at, cause ORDER BY max(change);

-- name: rare_changes
SELECT change, subject, contact_type_id, segment_id, contact_id, added_id, at, cause
FROM feed WHERE change > ? AND change <= ? AND subject <> 'contact' ORDER BY change;

-- name: at
SELECT at FROM feed WHERE change = ?;

-- name: trim
DELETE FROM feed WHERE change <= ?;

-- name: store_id
SELECT id FROM store;
