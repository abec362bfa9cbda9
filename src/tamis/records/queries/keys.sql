-- name: insert
INSERT INTO key_pairs (public_key, account_id, secret_hash, name, scope, created_at, expires_at)
VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: by_public_key
SELECT k.secret_hash, k.public_key, k.name, k.scope, k.expires_at, k.revoked_at, a.id, a.email, a.timezone, a.date_order,
    a.name
FROM key_pairs k JOIN accounts a ON a.id = k.account_id AND a.deleted_at IS NULL WHERE k.public_key = ?;

-- name: by_secret
SELECT k.secret_hash, k.public_key, k.name, k.scope, k.expires_at, k.revoked_at, a.id, a.email, a.timezone, a.date_order,
    a.name
FROM key_pairs k JOIN accounts a ON a.id = k.account_id AND a.deleted_at IS NULL WHERE k.secret_hash = ?;

-- name: is_valid
SELECT 1 FROM key_pairs WHERE public_key = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?);

-- name: of_account
SELECT public_key, name, scope, created_at, used_at, expires_at, revoked_at
FROM key_pairs WHERE account_id = ? ORDER BY created_at, public_key;

-- name: revoke
UPDATE key_pairs SET revoked_at = ? WHERE public_key = ? AND account_id = ? AND revoked_at IS NULL RETURNING name;

-- name: rename
UPDATE key_pairs SET name = ? WHERE public_key = ? AND account_id = ? AND revoked_at IS NULL;

-- name: record_use
UPDATE key_pairs SET used_at = ? WHERE public_key = ?;
