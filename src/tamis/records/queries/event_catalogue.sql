-- name: names
SELECT json_group_array(json_array(
    id, contact_type_id, name, description, json(iif(hidden, 'true', 'false')), keep, count, first_at, last_at
) ORDER BY id) FROM event_names WHERE contact_type_id = ?;

-- name: properties
SELECT json_group_array(json_array(
    p.id, p.name_id, p.key, p.name, p.kind, p.description, json(iif(p.hidden, 'true', 'false')), p.unreadable
) ORDER BY p.id) FROM event_properties p JOIN event_names n ON n.id = p.name_id WHERE n.contact_type_id = ?;

-- name: type_of_name
SELECT t.id FROM event_names n JOIN contact_types t ON t.id = n.contact_type_id
WHERE n.id = ? AND t.account_id = ? AND t.deleted_at IS NULL;

-- name: type_of_property
SELECT t.id FROM event_properties p JOIN event_names n ON n.id = p.name_id
JOIN contact_types t ON t.id = n.contact_type_id
WHERE p.id = ? AND t.account_id = ? AND t.deleted_at IS NULL;

-- name: count_all
SELECT coalesce(sum(count), 0) FROM event_names;

-- name: limited_names
SELECT t.account_id, n.id FROM event_names n JOIN contact_types t ON t.id = n.contact_type_id
WHERE n.keep IS NOT NULL AND t.deleted_at IS NULL ORDER BY n.id;

-- name: plain_names
SELECT json_group_array(json_array(id, contact_type_id, name, '', json('false'), NULL, 0, NULL, NULL) ORDER BY id)
FROM event_names WHERE contact_type_id = ?;

-- name: plain_properties
SELECT json_group_array(json_array(p.id, p.name_id, p.key, p.name, p.kind, '', json('false'), 0) ORDER BY p.id)
FROM event_properties p JOIN event_names n ON n.id = p.name_id WHERE n.contact_type_id = ?;

-- name: insert_name
INSERT INTO event_names (contact_type_id, name, name_key, created_at) VALUES (?, ?, ?, ?) RETURNING id;

-- name: insert_property
INSERT INTO event_properties (name_id, key, name, kind, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id;

-- name: update_name
UPDATE event_names SET description = ?, hidden = ?, keep = ? WHERE id = ?;

-- name: update_property
UPDATE event_properties SET description = ?, hidden = ?, kind = ?, unreadable = ? WHERE id = ?;

-- name: add_count
UPDATE event_names SET
    count = count + ?1,
    first_at = CASE WHEN ?2 IS NULL THEN first_at ELSE min(coalesce(first_at, ?2), ?2) END,
    last_at = CASE WHEN ?3 IS NULL THEN last_at ELSE max(coalesce(last_at, ?3), ?3) END
WHERE id = ?4;

-- name: set_first_at
UPDATE event_names SET first_at = ?1, last_at = CASE WHEN ?1 IS NOT NULL THEN last_at END WHERE id = ?2;

-- name: add_unreadable
UPDATE event_properties SET unreadable = unreadable + ? WHERE id = ?;

-- name: remove_properties_of_type
DELETE FROM event_properties WHERE name_id IN (SELECT id FROM event_names WHERE contact_type_id = ?);

-- name: remove_names_of_type
DELETE FROM event_names WHERE contact_type_id = ?;
