-- name: all
SELECT id, secret, created_at, signs_from FROM signing_keys ORDER BY signs_from, created_at, id;

-- name: insert
INSERT INTO signing_keys (id, secret, created_at, signs_from) VALUES (?, ?, ?, ?);

-- name: delete
DELETE FROM signing_keys WHERE id = ?;
