-- name: insert
INSERT INTO accounts (email, email_key, timezone, created_at)
VALUES (?, ?, ?, ?) RETURNING id;

-- name: all
SELECT id, email, timezone, date_order, name FROM accounts WHERE deleted_at IS NULL ORDER BY id;

-- name: by_id
SELECT id, email, timezone, date_order, name FROM accounts WHERE id = ? AND deleted_at IS NULL;

-- name: by_email
SELECT id, email, timezone, date_order, name FROM accounts WHERE email_key = ?;

-- name: timezone_of_type
SELECT a.timezone FROM accounts a JOIN contact_types t ON t.account_id = a.id WHERE t.id = ?;

-- name: set_date_order
UPDATE accounts SET date_order = ? WHERE id = ?;

-- name: gives_suppressed
SELECT give_suppressed FROM accounts WHERE id = ?;

-- name: set_gives_suppressed
UPDATE accounts SET give_suppressed = ? WHERE id = ?;

-- name: set_name
UPDATE accounts SET name = ? WHERE id = ?;

-- name: set_timezone
UPDATE accounts SET timezone = ? WHERE id = ?;
