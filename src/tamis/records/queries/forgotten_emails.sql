-- name: insert
INSERT INTO forgotten_emails (contact_type_id, email_hash, forgotten_at) VALUES (?, ?, ?)
ON CONFLICT (contact_type_id, email_hash) DO UPDATE SET forgotten_at = excluded.forgotten_at;

-- name: delete
DELETE FROM forgotten_emails WHERE contact_type_id = ? AND email_hash = ?;

-- name: any_of_type
SELECT 1 FROM forgotten_emails WHERE contact_type_id = ? AND id > ? LIMIT 1;

-- name: last_id
SELECT seq FROM sqlite_sequence WHERE name = 'forgotten_emails';

-- name: among
SELECT email_hash, forgotten_at
FROM forgotten_emails WHERE contact_type_id = ? AND id > ? AND email_hash IN (SELECT value FROM json_each(?));
