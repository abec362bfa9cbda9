-- name: insert
INSERT INTO sessions (token_hash, user_id, account_id, created_at, seen_at, address, user_agent)
VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: by_token
SELECT s.created_at, s.seen_at, s.address, s.user_agent, u.id, u.email, m.role,
    (SELECT count(*) FROM account_users WHERE user_id = u.id), a.id, a.email, a.timezone, a.date_order, a.name
FROM sessions s
    JOIN account_users m ON m.account_id = s.account_id AND m.user_id = s.user_id
    JOIN users u ON u.id = s.user_id
    JOIN accounts a ON a.id = s.account_id AND a.deleted_at IS NULL
WHERE s.token_hash = ?;

-- name: of_user
SELECT token_hash, created_at, seen_at, address, user_agent FROM sessions WHERE user_id = ? ORDER BY seen_at DESC;

-- name: record_use
UPDATE sessions SET seen_at = ? WHERE token_hash = ?;

-- name: delete
DELETE FROM sessions WHERE token_hash = ?;

-- name: delete_others
DELETE FROM sessions WHERE user_id = ? AND token_hash IS DISTINCT FROM ?;

-- name: delete_of_account
DELETE FROM sessions WHERE user_id = ? AND account_id = ?;

-- name: has_expired
SELECT 1 FROM sessions WHERE created_at < :opened_after OR seen_at < :used_after OR max(created_at, seen_at) > :before LIMIT 1;

-- name: delete_expired
DELETE FROM sessions WHERE created_at < :opened_after OR seen_at < :used_after OR max(created_at, seen_at) > :before;
