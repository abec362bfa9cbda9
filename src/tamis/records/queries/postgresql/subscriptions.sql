-- name: last_said
-- instead of fb1b3cb0
SELECT DISTINCT ON (email_hash, topic_id) email_hash, topic_id, state, id FROM consent_records
WHERE contact_type_id = ?1 AND email_hash IN (SELECT value FROM json_texts(?2)) AND state <> 'pending'
ORDER BY email_hash, topic_id, id DESC;

-- name: last_said_by_contacts
-- instead of 640b654d
SELECT DISTINCT ON (contact_id, topic_id) contact_id, topic_id, state, id FROM consent_records
WHERE contact_id IN (SELECT value FROM json_each(?2)) AND contact_type_id = ?1 AND state <> 'pending'
ORDER BY contact_id, topic_id, id DESC;
