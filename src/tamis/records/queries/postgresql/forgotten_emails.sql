-- name: among
-- instead of 7e05f1d6
SELECT email_hash, forgotten_at
FROM forgotten_emails WHERE contact_type_id = ? AND id > ? AND email_hash IN (SELECT value FROM json_texts(?));
