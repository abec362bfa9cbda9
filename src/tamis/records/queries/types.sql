-- name: insert
INSERT INTO contact_types (account_id, name, name_key, created_at) VALUES (?, ?, ?, ?) RETURNING id;

-- name: of_account
SELECT id, account_id, name, created_at FROM contact_types WHERE account_id = ? AND deleted_at IS NULL ORDER BY id;

-- name: by_id
SELECT id, account_id, name, created_at FROM contact_types WHERE id = ? AND account_id = ? AND deleted_at IS NULL;

-- name: by_name
SELECT id, account_id, name, created_at FROM contact_types WHERE name_key = ? AND account_id = ? AND deleted_at IS NULL;

-- name: names
SELECT id, name FROM contact_types WHERE account_id = ?;

-- name: rename
UPDATE contact_types SET name = ?, name_key = ? WHERE id = ?;

-- name: delete
UPDATE contact_types SET deleted_at = ?1, name_key = name_key || char(10) || id WHERE id = ?2;
-- No name has a line break, so that the name is free again.

-- name: is_live
SELECT 1 FROM contact_types WHERE id = ? AND deleted_at IS NULL;

-- name: count_contacts
SELECT count(*) FROM contacts WHERE contact_type_id = ?;

-- name: shown
SELECT shown FROM contact_types WHERE id = ?;

-- name: set_shown
UPDATE contact_types SET shown = ? WHERE id = ?;

-- name: all_ids
SELECT id FROM contact_types ORDER BY id;

-- name: insert_field
INSERT INTO fields (contact_type_id, key, name, kind, options, options_inferred, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id;

-- name: fields
SELECT json_group_array(
    json_array(id, key, name, kind, json(options), json(iif(options_inferred, 'true', 'false'))) ORDER BY position IS NULL, position, id
) FROM fields WHERE contact_type_id = ?;

-- name: update_field
UPDATE fields SET key = ?, name = ?, kind = ?, options = ?, options_inferred = ? WHERE id = ? AND contact_type_id = ?;

-- name: place_field
UPDATE fields SET position = ? WHERE id = ? AND contact_type_id = ?;

-- name: delete_field
DELETE FROM fields WHERE id = ? AND contact_type_id = ?;
