-- name: size
SELECT (SELECT coalesce(sum(last_id - first_id + 1), 0) FROM import_ranges WHERE import_id = ?1)
    + (SELECT count(*) FROM import_prior_values WHERE import_id = ?1);

-- name: first_range
SELECT first_id, last_id FROM import_ranges WHERE import_id = ? ORDER BY first_id LIMIT 1;

-- name: created
SELECT id, import_id IS NOT DISTINCT FROM ?1
    AND NOT EXISTS (SELECT 1 FROM contact_exclusions r WHERE r.contact_id = c.id AND r.created_at >= c.created_at)
    AND NOT EXISTS (
        SELECT 1 FROM inclusions a JOIN segments s ON s.id = a.segment_id
        WHERE a.email_key = c.email_key AND s.contact_type_id = c.contact_type_id AND a.recipient_id & 2147483648 = 0
    )
FROM contacts c WHERE id BETWEEN ?2 AND ?3 ORDER BY id;
-- An inclusion with the id of a contact is newer than the import that created the contact; an exclusion older than the
-- contact was one of the email.

-- name: record_inclusions
INSERT INTO change_log (subject, contact_type_id, segment_id, contact_id, inclusion_id, changed_at, cause)
SELECT 'recipient', c.contact_type_id, a.segment_id, c.id, a.id, ?2, ?3
FROM json_each(?1) u CROSS JOIN contacts c ON c.id = u.value
CROSS JOIN inclusions a ON a.email_key = c.email_key
CROSS JOIN segments s ON s.id = a.segment_id AND s.contact_type_id = c.contact_type_id
WHERE EXISTS (SELECT 1 FROM inclusions);

-- name: forget_contacts
DELETE FROM import_prior_values WHERE contact_id IN (SELECT value FROM json_each(?));

-- name: delete_contacts
DELETE FROM contacts WHERE id IN (SELECT value FROM json_each(?));

-- name: drop_range
DELETE FROM import_ranges WHERE import_id = ? AND first_id = ?;

-- name: previous
SELECT b.contact_id, b.email, b.field_values, b.updated_at, b.prior_import_id, c.id IS NOT NULL, c.import_id IS NOT DISTINCT FROM b.import_id
FROM import_prior_values b LEFT JOIN contacts c ON c.id = b.contact_id
WHERE b.import_id = ? ORDER BY b.contact_id LIMIT ?;

-- name: restore
UPDATE contacts SET email = ?, field_values = ?, updated_at = ?, import_id = (SELECT id FROM imports WHERE id = ?)
WHERE id = ?;

-- name: drop_previous
DELETE FROM import_prior_values WHERE import_id = ? AND contact_id <= ?;

-- name: emails
SELECT email FROM contacts WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id;
