-- name: insert
INSERT INTO sessions (token_hash, account_id, created_at, seen_at) VALUES (?, ?, ?, ?);

-- name: by_token
SELECT s.created_at, s.seen_at, a.id, a.email, a.timezone, a.date_order
FROM sessions s JOIN accounts a ON a.id = s.account_id
WHERE s.token_hash = ?;

-- name: of_account
SELECT token_hash, created_at, seen_at FROM sessions WHERE account_id = ? ORDER BY seen_at DESC;

-- name: record_use
UPDATE sessions SET seen_at = ? WHERE token_hash = ?;

-- name: delete
DELETE FROM sessions WHERE token_hash = ?;

-- name: delete_others
DELETE FROM sessions WHERE account_id = ? AND token_hash IS NOT ?;

-- name: has_expired
SELECT 1 FROM sessions WHERE created_at < :opened_after OR seen_at < :used_after OR max(created_at, seen_at) > :before LIMIT 1;

-- name: delete_expired
DELETE FROM sessions WHERE created_at < :opened_after OR seen_at < :used_after OR max(created_at, seen_at) > :before;
