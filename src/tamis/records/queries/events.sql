-- name: contents
SELECT given.key, e.at, e.properties FROM json_each(?) given JOIN events e
    ON e.contact_id = given.value ->> 0 AND e.name_id = given.value ->> 1 AND e.identity = unhex(given.value ->> 2);

-- name: insert
INSERT INTO events (contact_id, name_id, identity, at, key, properties, occurrence, change)
VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: is_row
SELECT 1 FROM events WHERE contact_id = ? AND name_id = ? AND identity = ?;

-- name: of_contacts
SELECT contact_id, name_id, at, occurrence, key, properties, change FROM events
WHERE contact_id IN (SELECT value FROM json_each(?1)) AND (?2 IS NULL OR name_id IN (SELECT value FROM json_each(?2)));

-- name: rows_of_contacts
SELECT contact_id, name_id, at, key, properties, occurrence FROM events
WHERE contact_id IN (SELECT value FROM json_each(?));

-- name: newest_of_name
SELECT contact_id, name_id, at, occurrence, key, properties, change FROM events
WHERE name_id = ? ORDER BY change DESC, at DESC LIMIT ?;

-- name: added_between
SELECT contact_id, name_id, at, occurrence, key, properties, change FROM events
WHERE name_id IN (SELECT id FROM event_names WHERE contact_type_id = ?) AND change > ? AND change <= ?;

-- name: added_lines
SELECT name_id, concat_ws(char(9), contact_id, name_id, '', at, occurrence, properties) FROM events
WHERE name_id IN (SELECT id FROM event_names WHERE contact_type_id = ?) AND change > ? AND change <= ?;

-- name: all_lines
SELECT name_id, concat_ws(char(9), contact_id, name_id, '', at, occurrence, properties) FROM events;

-- name: names
SELECT id, contact_type_id FROM event_names;

-- name: names_of_type
SELECT id FROM event_names WHERE contact_type_id = ?;

-- name: all_rows
SELECT contact_id, name_id, at, occurrence, key, properties, change FROM events;

-- name: of_name
SELECT contact_id, name_id, at, occurrence, key, properties, change FROM events WHERE name_id = ?;

-- name: counts_of_contacts
SELECT name_id, count(*) FROM events WHERE contact_id IN (SELECT value FROM json_each(?)) GROUP BY name_id;

-- name: remove_of_contacts
DELETE FROM events WHERE contact_id IN (SELECT value FROM json_each(?));

-- name: remove_before
DELETE FROM events WHERE name_id = ? AND at < ?;

-- name: first_at
SELECT min(at) FROM events WHERE name_id = ?;

-- name: known_first_at
SELECT first_at FROM event_names WHERE id = ?;

-- name: remove_of_type
DELETE FROM events WHERE name_id IN (SELECT id FROM event_names WHERE contact_type_id = ?);

-- name: rows_of_names
SELECT contact_id, name_id, at, key, properties, occurrence FROM events
WHERE name_id IN (SELECT value FROM json_each(?));
