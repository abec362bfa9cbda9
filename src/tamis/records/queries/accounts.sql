-- name: insert
INSERT INTO accounts (email, email_key, timezone, password_hash, created_at)
VALUES (?, ?, ?, ?, ?) RETURNING id;

-- name: all
SELECT id, email, timezone, date_order FROM accounts ORDER BY id;

-- name: by_id
SELECT id, email, timezone, date_order FROM accounts WHERE id = ?;

-- name: by_email
SELECT id, email, timezone, date_order FROM accounts WHERE email_key = ?;

-- name: timezone_of_type
SELECT a.timezone FROM accounts a JOIN contact_types t ON t.account_id = a.id WHERE t.id = ?;

-- name: insert_key_pair
INSERT INTO key_pairs (public_key, account_id, secret_hash, name, created_at) VALUES (?, ?, ?, ?, ?);

-- name: live_key_pair
SELECT k.secret_hash, a.id, a.email, a.timezone, a.date_order
FROM key_pairs k JOIN accounts a ON a.id = k.account_id
WHERE k.public_key = ? AND k.revoked_at IS NULL;

-- name: is_public_key
SELECT 1 FROM key_pairs WHERE public_key = ?;

-- name: key_pairs
SELECT public_key, name, created_at, used_at, revoked_at FROM key_pairs WHERE account_id = ? ORDER BY created_at, public_key;

-- name: revoke_key_pair
UPDATE key_pairs SET revoked_at = ? WHERE public_key = ? AND account_id = ? AND revoked_at IS NULL;

-- name: password_hash
SELECT password_hash FROM accounts WHERE id = ?;

-- name: record_key_use
UPDATE key_pairs SET used_at = ? WHERE public_key = ?;

-- name: set_password_hash
UPDATE accounts SET password_hash = ? WHERE id = ?;

-- name: set_date_order
UPDATE accounts SET date_order = ? WHERE id = ?;

-- name: set_timezone
UPDATE accounts SET timezone = ? WHERE id = ?;
