-- name: put
INSERT INTO password_links (user_id, token_hash, expires_at) VALUES (?, ?, ?)
ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at;

-- name: user_of
SELECT u.id, u.email FROM password_links l JOIN users u ON u.id = l.user_id WHERE l.token_hash = ? AND l.expires_at > ?;

-- name: delete
DELETE FROM password_links WHERE user_id = ?;

-- name: delete_expired
DELETE FROM password_links WHERE expires_at <= ?;
