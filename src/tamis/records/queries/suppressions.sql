-- name: insert
INSERT INTO suppressed_emails (contact_type_id, email_hash, suppressed_at) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET suppressed_at = excluded.suppressed_at;

-- name: delete
DELETE FROM suppressed_emails WHERE contact_type_id = ? AND email_hash = ?;

-- name: any_of_type
SELECT 1 FROM suppressed_emails WHERE contact_type_id = ? AND id > ? LIMIT 1;

-- name: last_id
SELECT seq FROM sqlite_sequence WHERE name = 'suppressed_emails';

-- name: among
SELECT email_hash, suppressed_at
FROM suppressed_emails WHERE contact_type_id = ? AND id > ? AND email_hash IN (SELECT value FROM json_each(?));
