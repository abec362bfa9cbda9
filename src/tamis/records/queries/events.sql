-- name: content
SELECT at, properties FROM events WHERE contact_id = ? AND name_id = ? AND identity = ?;

-- name: insert
INSERT INTO events (contact_id, name_id, identity, at, key, properties, change) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: of_contacts
SELECT contact_id, name_id, at, identity, key, properties, change FROM events
WHERE contact_id IN (SELECT value FROM json_each(?1)) AND (?2 IS NULL OR name_id IN (SELECT value FROM json_each(?2)))
ORDER BY contact_id, at, identity;

-- name: newest_of_contact
SELECT contact_id, name_id, at, identity, key, properties, change FROM events
WHERE contact_id = ?1 AND (?2 IS NULL OR name_id IN (SELECT value FROM json_each(?2)))
    AND (?3 IS NULL OR (at, identity) < (?3, ?4))
ORDER BY at DESC, identity DESC LIMIT ?5;

-- name: newest_of_type
SELECT contact_id, name_id, at, identity, key, properties, change FROM events
WHERE name_id IN (SELECT id FROM event_names WHERE contact_type_id = ?) ORDER BY change DESC, at DESC, identity LIMIT ?;

-- name: added_between
SELECT e.contact_id, e.name_id, e.at, e.identity, e.key, e.properties, e.change
FROM events e JOIN event_names n ON n.id = e.name_id
WHERE n.contact_type_id = ? AND e.change > ? AND e.change <= ? ORDER BY e.change;

-- name: all_names
SELECT contact_type_id, id FROM event_names ORDER BY id;

-- name: of_name
SELECT contact_id, name_id, at, identity, key, properties, change FROM events WHERE name_id = ?;

-- name: count_of_contact
SELECT count(*) FROM events WHERE contact_id = ?;

-- name: counts_of_contacts
SELECT name_id, count(*) FROM events WHERE contact_id IN (SELECT value FROM json_each(?)) GROUP BY name_id;

-- name: remove_of_contacts
DELETE FROM events WHERE contact_id IN (SELECT value FROM json_each(?));

-- name: remove_before
DELETE FROM events WHERE name_id = ? AND at < ?;

-- name: first_at
SELECT min(at) FROM events WHERE name_id = ?;

-- name: remove_of_type
DELETE FROM events WHERE name_id IN (SELECT id FROM event_names WHERE contact_type_id = ?);
