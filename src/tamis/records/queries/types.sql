-- name: insert
INSERT INTO contact_types (account_id, name, name_key, created_at) VALUES (?, ?, ?, ?) RETURNING id;

-- name: of_account
SELECT id, account_id, name, created_at FROM contact_types WHERE account_id = ? AND deleted_at IS NULL ORDER BY id;

-- name: by_id
SELECT id, account_id, name, created_at FROM contact_types WHERE id = ? AND account_id = ? AND deleted_at IS NULL;

-- name: of_field
SELECT t.id, t.account_id, t.name, t.created_at FROM fields f JOIN contact_types t ON t.id = f.contact_type_id
WHERE f.id = ? AND t.account_id = ? AND t.deleted_at IS NULL;

-- name: by_name
SELECT id, account_id, name, created_at FROM contact_types
WHERE (name_key = ?1 OR name_key = ?2 AND name = ?3) AND account_id = ?4 AND deleted_at IS NULL
ORDER BY name = ?3 DESC, id LIMIT 1;
-- Names that only earlier versions distinguished keep their old keys: see migration 0011.

-- name: names
SELECT id, name FROM contact_types WHERE account_id = ?;

-- name: rename
UPDATE contact_types SET name_key = CASE WHEN name = ?1 THEN name_key ELSE ?2 END, name = ?1 WHERE id = ?3;

-- name: delete
UPDATE contact_types SET deleted_at = ?1, name_key = name_key || char(10) || id WHERE id = ?2;
-- No name contains a line break, so the name is free again.

-- name: is_live
SELECT 1 FROM contact_types WHERE id = ? AND deleted_at IS NULL;

-- name: count_contacts
SELECT count(*) FROM contacts WHERE contact_type_id = ?;

-- name: visible_fields
SELECT visible_fields FROM contact_types WHERE id = ?;

-- name: set_visible_fields
UPDATE contact_types SET visible_fields = ? WHERE id = ?;

-- name: all_ids
SELECT id FROM contact_types ORDER BY id;

-- name: insert_field
INSERT INTO fields (contact_type_id, key, name, kind, options, options_inferred, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id;

-- name: fields
SELECT json_array(json((SELECT json_group_array(
    json_array(id, key, name, kind, options, json(iif(options_inferred, 'true', 'false'))) ORDER BY position IS NULL, position, id
) FROM fields WHERE contact_type_id = ?1)), json((
    SELECT json_group_array(json_array(id, name) ORDER BY id) FROM topics WHERE contact_type_id = ?1
)));

-- name: fields_of_live_type
SELECT json_array(json((SELECT json_group_array(
    json_array(id, key, name, kind, options, json(iif(options_inferred, 'true', 'false'))) ORDER BY position IS NULL, position, id
) FROM fields WHERE contact_type_id = t.id)), json((
    SELECT json_group_array(json_array(id, name) ORDER BY id) FROM topics WHERE contact_type_id = t.id
)))
FROM contact_types t WHERE t.id = ? AND t.account_id = ? AND t.deleted_at IS NULL;

-- name: update_field
UPDATE fields SET key = ?, name = ?, kind = ?, options = ?, options_inferred = ? WHERE id = ? AND contact_type_id = ?;

-- name: place_field
UPDATE fields SET position = ? WHERE id = ? AND contact_type_id = ?;

-- name: delete_field
DELETE FROM fields WHERE id = ? AND contact_type_id = ?;
