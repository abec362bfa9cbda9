-- name: of_type
SELECT id, contact_type_id, name, description, created_at, updated_at
FROM topics WHERE contact_type_id = ? ORDER BY id;

-- name: by_id
SELECT o.id, o.contact_type_id, o.name, o.description, o.created_at, o.updated_at
FROM topics o JOIN contact_types t ON t.id = o.contact_type_id
WHERE o.id = ? AND t.account_id = ? AND t.deleted_at IS NULL;

-- name: count
SELECT count(*) FROM topics WHERE contact_type_id = ?;

-- name: holder
SELECT id, contact_type_id, name, description, created_at, updated_at
FROM topics WHERE contact_type_id = ? AND name_key = ?;

-- name: insert
INSERT INTO topics (contact_type_id, name, name_key, description, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?5) RETURNING id;

-- name: update
UPDATE topics SET name = ?, name_key = ?, description = ?, updated_at = ? WHERE id = ?;

-- name: delete
DELETE FROM topics WHERE id = ?;

-- name: sizes
SELECT topic_id, state, count(*) FROM subscriptions
WHERE topic_id IN (SELECT id FROM topics WHERE contact_type_id = ?) GROUP BY 1, 2;
