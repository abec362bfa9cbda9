-- name: any_of_account
SELECT 1 FROM suppressions WHERE account_id = ? LIMIT 1;

-- name: count
SELECT count(*) FROM suppressions WHERE account_id = ?;

-- name: among
SELECT email_hash, id, email, reason, source, since
FROM suppressions WHERE account_id = ? AND email_hash IN (SELECT value FROM json_each(?));

-- name: by_hash
SELECT id, email, reason, source, since FROM suppressions WHERE account_id = ? AND email_hash = ?;

-- name: is_suppressed
SELECT 1 FROM contact_types t JOIN suppressions s ON s.account_id = t.account_id
WHERE t.id = ? AND s.email_hash = ?;

-- name: insert
INSERT INTO suppressions (account_id, email_hash, email, reason, source, since) VALUES (?, ?, ?, ?, ?, ?);

-- name: set_reason
UPDATE suppressions SET reason = ?, source = ?, email = coalesce(email, ?) WHERE id = ?;

-- name: delete
DELETE FROM suppressions WHERE id = ?;

-- name: clear_email
UPDATE suppressions SET email = NULL
WHERE email_hash = ?2 AND account_id = (SELECT account_id FROM contact_types WHERE id = ?1);

-- name: forgotten_in_account
SELECT DISTINCT email_hash FROM forgotten_emails
WHERE contact_type_id IN (SELECT id FROM contact_types WHERE account_id = ?)
  AND email_hash IN (SELECT value FROM json_each(?));

-- name: page
SELECT id, email, reason, source, since FROM suppressions
WHERE account_id = :account_id AND id < :before
  AND (:reason IS NULL OR reason = :reason)
  AND (:source IS NULL OR source = :source)
  AND (:search = '' OR email_hash = :hash OR instr(lower(email), :search) > 0)
ORDER BY id DESC LIMIT :limit;

-- name: count_matching
SELECT count(*) FROM suppressions
WHERE account_id = :account_id
  AND (:reason IS NULL OR reason = :reason)
  AND (:source IS NULL OR source = :source)
  AND (:search = '' OR email_hash = :hash OR instr(lower(email), :search) > 0);

-- name: contacts_of
SELECT c.contact_type_id, c.id FROM contact_types t CROSS JOIN json_each(?2) k CROSS JOIN contacts c
WHERE t.account_id = ?1 AND c.contact_type_id = t.id AND c.email_key = k.value;

-- name: inclusions_of
SELECT s.contact_type_id, i.segment_id, i.id FROM json_each(?2) k CROSS JOIN inclusions i
JOIN segments s ON s.id = i.segment_id WHERE i.email_key = k.value AND s.account_id = ?1 AND s.deleted_at IS NULL;

-- name: hashes_without_email
SELECT email_hash, reason, source, since FROM suppressions WHERE account_id = ? AND email IS NULL;

-- name: insert_hash
INSERT INTO suppressions (account_id, email_hash, reason, source, since) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING;
