-- name: of_contact
SELECT topic_id, state, since, source FROM subscriptions WHERE contact_id = ? ORDER BY topic_id;

-- name: of_contacts
SELECT contact_id, topic_id, state FROM subscriptions WHERE contact_id IN (SELECT value FROM json_each(?));

-- name: unsubscribed
SELECT c.email_key, u.since FROM subscriptions u JOIN contacts c ON c.id = u.contact_id
WHERE u.topic_id = ? AND u.state = 'unsubscribed';

-- name: set
INSERT INTO subscriptions (contact_id, topic_id, state, since, source) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (contact_id, topic_id) DO UPDATE SET state = excluded.state, since = excluded.since, source = excluded.source;

-- name: email_keys
SELECT id, email_key FROM contacts WHERE id IN (SELECT value FROM json_each(?2)) AND +contact_type_id = ?1;

-- name: any_record
SELECT 1 FROM consent_records WHERE contact_type_id = ? LIMIT 1;

-- name: insert_record
INSERT INTO consent_records (
    contact_type_id, contact_id, email_hash, topic_id, topic, state, at, source, agreed_text, reason
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: last_said
SELECT email_hash, topic_id, state, max(id) FROM consent_records
WHERE contact_type_id = ?1 AND email_hash IN (SELECT value FROM json_each(?2)) AND state <> 'pending' GROUP BY 1, 2;

-- name: last_said_by_contacts
SELECT contact_id, topic_id, state, max(id) FROM consent_records
WHERE contact_id IN (SELECT value FROM json_each(?2)) AND +contact_type_id = ?1 AND state <> 'pending' GROUP BY 1, 2;

-- name: records_of_email
SELECT id, contact_id, topic_id, topic, state, at, source, agreed_text, reason FROM consent_records
WHERE contact_type_id = ?1 AND (email_hash = ?2 OR contact_id = ?3) ORDER BY id;

-- name: page_of_records
SELECT c.email, r.id, r.contact_id, r.topic_id, r.topic, r.state, r.at, r.source, r.agreed_text, r.reason
FROM consent_records r LEFT JOIN contacts c ON c.id = r.contact_id
WHERE +r.contact_type_id = ? AND r.id > ? ORDER BY r.id LIMIT ?;
