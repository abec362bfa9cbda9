-- name: insert
INSERT INTO uploads (id, account_id, contact_type_id, name, size, created_at, subject) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: by_id
SELECT id, account_id, contact_type_id, name, size, created_at, subject FROM uploads WHERE id = ? AND account_id = ?;

-- name: of_account
SELECT id, account_id, contact_type_id, name, size, created_at, subject FROM uploads
WHERE account_id = ? ORDER BY created_at DESC, id;

-- name: all
SELECT id, account_id, contact_type_id, name, size, created_at, subject FROM uploads;

-- name: delete
DELETE FROM uploads WHERE id = ?;
