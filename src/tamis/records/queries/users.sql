-- name: insert
INSERT INTO users (email, email_key, created_at) VALUES (?, ?, ?) RETURNING id;

-- name: by_id
SELECT id, email FROM users WHERE id = ?;

-- name: by_email
SELECT id, email FROM users WHERE email_key = ?;

-- name: password_hash
SELECT password_hash FROM users WHERE id = ?;

-- name: set_password_hash
UPDATE users SET password_hash = ? WHERE id = ?;

-- name: of_account
SELECT u.id, u.email, m.role, m.created_at, (SELECT max(seen_at) FROM sessions s WHERE s.user_id = u.id),
    u.password_hash IS NOT NULL, u.code_secret IS NOT NULL
FROM account_users m JOIN users u ON u.id = m.user_id
WHERE m.account_id = ? ORDER BY m.created_at, u.id;

-- name: role
SELECT role FROM account_users WHERE account_id = ? AND user_id = ?;

-- name: account_ids
SELECT account_id FROM account_users WHERE user_id = ? ORDER BY opened_at DESC, account_id;

-- name: has_other_owner
SELECT 1 FROM account_users WHERE account_id = ? AND role = 'owner' AND user_id != ?;

-- name: add_to_account
INSERT INTO account_users (account_id, user_id, role, created_at) VALUES (?, ?, ?, ?);

-- name: set_role
UPDATE account_users SET role = ? WHERE account_id = ? AND user_id = ?;

-- name: remove_from_account
DELETE FROM account_users WHERE account_id = ? AND user_id = ?;

-- name: note_opened
UPDATE account_users SET opened_at = ? WHERE account_id = ? AND user_id = ?;

-- name: forget_sign_in
UPDATE users SET password_hash = NULL, code_secret = NULL WHERE id = ?;

-- name: delete_recovery_codes
DELETE FROM recovery_codes WHERE user_id = ?;

-- name: code_secret
SELECT code_secret, code_step FROM users WHERE id = ?;

-- name: set_code_secret
UPDATE users SET code_secret = ?, code_step = ? WHERE id = ?;

-- name: use_code_step
UPDATE users SET code_step = :step WHERE id = :user_id AND code_step < :step AND code_secret IS NOT NULL RETURNING id;

-- name: insert_recovery_code
INSERT INTO recovery_codes (user_id, code_hash) VALUES (?, ?);

-- name: use_recovery_code
DELETE FROM recovery_codes WHERE user_id = ? AND code_hash = ? RETURNING user_id;

-- name: count_recovery_codes
SELECT count(*) FROM recovery_codes WHERE user_id = ?;
