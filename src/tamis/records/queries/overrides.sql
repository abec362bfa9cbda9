-- name: insert_inclusion
INSERT INTO inclusions (segment_id, email, email_key, first_name, last_name, recipient_id, created_at, person_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id;

-- name: person_id
SELECT min(a.person_id)
FROM inclusions a JOIN segments s ON s.id = a.segment_id
WHERE a.email_key = ? AND s.contact_type_id = ?;

-- name: last_inclusion_id
SELECT seq FROM sqlite_sequence WHERE name = 'inclusions';

-- name: contact_id_by_email
SELECT id FROM contacts WHERE contact_type_id = ? AND email_key = ?;

-- name: inclusion_by_email
SELECT id FROM inclusions WHERE segment_id = ? AND email_key = ?;

-- name: inclusion_by_recipient
SELECT id, email_key, person_id FROM inclusions WHERE recipient_id = ?;

-- name: delete_inclusion
DELETE FROM inclusions WHERE id = ?;

-- name: change_email
UPDATE inclusions SET email = ?, email_key = ?, person_id = ? WHERE id = ?;

-- name: inclusions_with_email
SELECT a.id, a.segment_id
FROM inclusions a JOIN segments s ON s.id = a.segment_id
WHERE a.email_key = ? AND s.contact_type_id = ?;

-- name: is_excluded
SELECT 1 FROM contact_exclusions WHERE segment_id = ? AND contact_id = ?;

-- name: insert_exclusion
INSERT INTO contact_exclusions (segment_id, contact_id, created_at) VALUES (?, ?, ?)
ON CONFLICT DO NOTHING;

-- name: delete_exclusion
DELETE FROM contact_exclusions WHERE segment_id = ? AND contact_id = ?;

-- name: delete_exclusions_where_included
DELETE FROM contact_exclusions
WHERE contact_id = ? AND segment_id IN (SELECT segment_id FROM inclusions WHERE email_key = ?);

-- name: inclusions_for_columns
SELECT a.id, a.segment_id, c.id, a.recipient_id, a.email, a.first_name, a.last_name, a.created_at, a.person_id,
EXISTS (SELECT 1 FROM suppressions) AND EXISTS (
    SELECT 1 FROM suppressions p
    WHERE p.account_id = s.account_id AND p.email_hash = email_hash((SELECT pepper FROM store), a.email_key)
)
FROM inclusions a
JOIN segments s ON s.id = a.segment_id
LEFT JOIN contacts c ON c.contact_type_id = s.contact_type_id AND c.email_key = a.email_key
WHERE s.deleted_at IS NULL AND a.id IN (SELECT value FROM json_each(?));

-- name: all_inclusions_for_columns
SELECT a.id, a.segment_id, c.id, a.recipient_id, a.email, a.first_name, a.last_name, a.created_at, a.person_id,
EXISTS (SELECT 1 FROM suppressions) AND EXISTS (
    SELECT 1 FROM suppressions p
    WHERE p.account_id = s.account_id AND p.email_hash = email_hash((SELECT pepper FROM store), a.email_key)
)
FROM inclusions a
JOIN segments s ON s.id = a.segment_id
LEFT JOIN contacts c ON c.contact_type_id = s.contact_type_id AND c.email_key = a.email_key
WHERE s.deleted_at IS NULL;

-- name: inclusions_of_contacts
SELECT a.id, c.id
FROM contacts c
JOIN inclusions a ON a.email_key = c.email_key
JOIN segments s ON s.id = a.segment_id AND s.contact_type_id = c.contact_type_id
WHERE EXISTS (SELECT 1 FROM inclusions) AND c.id IN (SELECT value FROM json_each(?));

-- name: exclusions_of_contacts
SELECT r.segment_id, r.contact_id
FROM contact_exclusions r JOIN segments s ON s.id = r.segment_id
WHERE EXISTS (SELECT 1 FROM contact_exclusions) AND s.deleted_at IS NULL
  AND r.contact_id IN (SELECT value FROM json_each(?));

-- name: all_exclusions
SELECT r.segment_id, r.contact_id
FROM contact_exclusions r JOIN segments s ON s.id = r.segment_id
WHERE s.deleted_at IS NULL;

-- name: inclusions_of_address
SELECT s.id, s.name, a.email, a.first_name, a.last_name, a.created_at
FROM inclusions a JOIN segments s ON s.id = a.segment_id
WHERE a.email_key = ? AND s.contact_type_id = ? ORDER BY s.id;

-- name: exclusions_of_contact
SELECT s.id, s.name, r.created_at
FROM contact_exclusions r JOIN segments s ON s.id = r.segment_id
WHERE r.contact_id = ? ORDER BY s.id;

-- name: recipient_ids_of_email
SELECT a.recipient_id
FROM inclusions a JOIN segments s ON s.id = a.segment_id
WHERE a.email_key = ? AND s.contact_type_id = ?;

-- name: exclusions_of_segment
SELECT c.id, c.email, r.created_at
FROM contact_exclusions r JOIN contacts c ON c.id = r.contact_id
WHERE r.segment_id = ? ORDER BY r.created_at DESC, c.id LIMIT ? OFFSET ?;

-- name: count_exclusions
SELECT count(*) FROM contact_exclusions WHERE segment_id = ?;

-- name: inclusions_of_segment
SELECT
    a.recipient_id,
    c.id,
    ifnull(c.email, a.email),
    iif(c.id IS NULL, a.first_name, ifnull(c.field_values ->> ?5, '')),
    iif(c.id IS NULL, a.last_name, ifnull(c.field_values ->> ?6, '')),
    a.created_at
FROM inclusions a
LEFT JOIN contacts c ON c.contact_type_id = ?1 AND c.email_key = a.email_key
WHERE a.segment_id = ?2 ORDER BY a.created_at DESC, a.id DESC LIMIT ?3 OFFSET ?4;

-- name: count_inclusions
SELECT count(*) FROM inclusions WHERE segment_id = ?;
