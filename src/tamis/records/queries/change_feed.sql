-- name: segments_of_account
SELECT id FROM segments WHERE account_id = ? ORDER BY id;

-- name: has_segment
SELECT 1 FROM segments WHERE id = ? AND account_id = ?;

-- name: accounts_of_segments
SELECT id, account_id FROM segments WHERE id IN (SELECT value FROM json_each(?));

-- name: kept_since
SELECT max(number) FROM (
    SELECT min(number) AS number, cause FROM membership_snapshots
    WHERE segment_id IN (SELECT value FROM json_each(?)) GROUP BY segment_id
) AS first_snapshots WHERE cause = ?;

-- name: emails_of_contacts
SELECT id, email FROM contacts WHERE id IN (SELECT value FROM json_each(?));

-- name: recipients
SELECT i.recipient_id, c.id, coalesce(c.email, i.email)
FROM inclusions i JOIN segments s ON s.id = i.segment_id
LEFT JOIN contacts c ON c.contact_type_id = s.contact_type_id AND c.email_key = i.email_key
WHERE i.recipient_id IN (SELECT value FROM json_each(?));

-- name: persons
SELECT i.person_id, c.id, coalesce(c.email, i.email)
FROM inclusions i JOIN segments s ON s.id = i.segment_id
LEFT JOIN contacts c ON c.contact_type_id = s.contact_type_id AND c.email_key = i.email_key
WHERE i.person_id IN (SELECT value FROM json_each(?)) ORDER BY i.id;

-- name: skipped_until
SELECT last FROM skipped_numbers WHERE after < ?1 AND last > ?1;
