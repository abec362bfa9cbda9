-- name: put
INSERT INTO invitations (account_id, email, email_key, role, token_hash, created_at, expires_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (account_id, email_key) DO UPDATE SET email = excluded.email, role = excluded.role,
    token_hash = excluded.token_hash, created_at = excluded.created_at, expires_at = excluded.expires_at
RETURNING id;

-- name: by_token
SELECT id, account_id, email, role, created_at, expires_at FROM invitations WHERE token_hash = ? AND expires_at > ?;

-- name: of_account
SELECT id, account_id, email, role, created_at, expires_at FROM invitations WHERE account_id = ? ORDER BY id;

-- name: by_email
SELECT id, account_id, email, role, created_at, expires_at FROM invitations WHERE account_id = ? AND email_key = ?;

-- name: delete
DELETE FROM invitations WHERE id = ?;

-- name: delete_expired
DELETE FROM invitations WHERE expires_at <= ?;

-- name: has_expired
SELECT 1 FROM invitations WHERE expires_at <= :now
UNION ALL SELECT 1 FROM password_links WHERE expires_at <= :now LIMIT 1;
