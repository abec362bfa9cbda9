-- name: any
SELECT 1 FROM email_exclusions LIMIT 1;

-- name: insert
INSERT INTO email_exclusions (segment_id, email_hash, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING;

-- name: delete
DELETE FROM email_exclusions WHERE segment_id = ? AND email_hash = ?;

-- name: of_hashes
SELECT e.email_hash, e.segment_id, e.created_at
FROM json_each(?2) h CROSS JOIN email_exclusions e ON e.email_hash = h.value
CROSS JOIN segments s ON s.id = e.segment_id
WHERE s.contact_type_id = ?1 AND (?3 = 1 OR s.deleted_at IS NULL) ORDER BY e.segment_id;

-- name: count
SELECT count(*) FROM email_exclusions WHERE segment_id = ?;

-- name: emails_of_contacts
SELECT id, email_key FROM contacts WHERE id BETWEEN ? AND ? ORDER BY id;

-- name: insert_exclusion
INSERT INTO contact_exclusions (segment_id, contact_id, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING;

-- name: exclusions_of_contacts
SELECT r.segment_id, c.email_key, r.created_at
FROM json_each(?) u CROSS JOIN contacts c ON c.id = u.value CROSS JOIN contact_exclusions r ON r.contact_id = c.id;

-- name: delete_exclusions_of_contacts
DELETE FROM contact_exclusions WHERE contact_id IN (SELECT value FROM json_each(?));
