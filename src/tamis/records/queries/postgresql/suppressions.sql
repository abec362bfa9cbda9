-- name: among
-- instead of bc4c1f1e
SELECT email_hash, id, email, reason, source, since
FROM suppressions WHERE account_id = ? AND email_hash IN (SELECT value FROM json_texts(?));

-- name: forgotten_in_account
-- instead of f31bfe40
SELECT DISTINCT email_hash FROM forgotten_emails
WHERE contact_type_id IN (SELECT id FROM contact_types WHERE account_id = ?)
  AND email_hash IN (SELECT value FROM json_texts(?));

-- name: contacts_of
-- instead of 330f6de8
SELECT c.contact_type_id, c.id
FROM contact_types t CROSS JOIN json_texts(?2) k JOIN contacts c ON c.contact_type_id = t.id AND c.email_key = k.value
WHERE t.account_id = ?1;

-- name: inclusions_of
-- instead of 1c5b3eb7
SELECT s.contact_type_id, i.segment_id, i.id FROM json_texts(?2) k JOIN inclusions i ON i.email_key = k.value
JOIN segments s ON s.id = i.segment_id WHERE s.account_id = ?1 AND s.deleted_at IS NULL;

-- name: page
-- instead of 7b407544
SELECT id, email, reason, source, since FROM suppressions
WHERE account_id = :account_id AND id < :before
  AND (:reason::text IS NULL OR reason = :reason)
  AND (:source::text IS NULL OR source = :source)
  AND (:search = '' OR email_hash = :hash OR instr(lower(email), :search) > 0)
ORDER BY id DESC LIMIT :limit;

-- name: count_matching
-- instead of 7e3c8452
SELECT count(*) FROM suppressions
WHERE account_id = :account_id
  AND (:reason::text IS NULL OR reason = :reason)
  AND (:source::text IS NULL OR source = :source)
  AND (:search = '' OR email_hash = :hash OR instr(lower(email), :search) > 0);
