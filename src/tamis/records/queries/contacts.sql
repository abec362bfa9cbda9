-- name: by_email
SELECT id, contact_type_id, email, field_values, created_at, updated_at, EXISTS (SELECT 1 FROM suppressions) AND EXISTS (
    SELECT 1 FROM suppressions s
    WHERE s.account_id = (SELECT account_id FROM contact_types WHERE id = contacts.contact_type_id)
      AND s.email_hash = email_hash((SELECT pepper FROM store), contacts.email_key)
), (
    SELECT json_group_object(CAST(1099511627776 + topic_id AS TEXT), state) FROM subscriptions u WHERE u.contact_id = contacts.id
)
FROM contacts WHERE contact_type_id = ? AND email_key = ?;

-- name: ids_by_email
SELECT c.email_key, c.id FROM json_each(?2) k CROSS JOIN contacts c
WHERE c.contact_type_id = ?1 AND c.email_key = k.value;

-- name: existing_ids
SELECT c.id FROM json_each(?2) k CROSS JOIN contacts c WHERE c.id = k.value AND +c.contact_type_id = ?1;

-- name: by_id
SELECT id, contact_type_id, email, field_values, created_at, updated_at, EXISTS (SELECT 1 FROM suppressions) AND EXISTS (
    SELECT 1 FROM suppressions s
    WHERE s.account_id = (SELECT account_id FROM contact_types WHERE id = contacts.contact_type_id)
      AND s.email_hash = email_hash((SELECT pepper FROM store), contacts.email_key)
), (
    SELECT json_group_object(CAST(1099511627776 + topic_id AS TEXT), state) FROM subscriptions u WHERE u.contact_id = contacts.id
)
FROM contacts WHERE id = ? AND contact_type_id = ?;

-- name: type_id_of
SELECT t.id FROM contacts c JOIN contact_types t ON t.id = c.contact_type_id WHERE c.id = ? AND t.account_id = ?;

-- name: by_ids
SELECT id, contact_type_id, email, field_values, created_at, updated_at, EXISTS (SELECT 1 FROM suppressions) AND EXISTS (
    SELECT 1 FROM suppressions s
    WHERE s.account_id = (SELECT account_id FROM contact_types WHERE id = contacts.contact_type_id)
      AND s.email_hash = email_hash((SELECT pepper FROM store), contacts.email_key)
), (
    SELECT json_group_object(CAST(1099511627776 + topic_id AS TEXT), state) FROM subscriptions u WHERE u.contact_id = contacts.id
)
FROM contacts WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id;

-- name: emails_of
SELECT id, email FROM contacts WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id;

-- name: emails_of_type
SELECT id, email FROM contacts WHERE contact_type_id = ? ORDER BY id;

-- name: insert
INSERT INTO contacts (contact_type_id, email, email_key, field_values, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?5) RETURNING id;

-- name: update
UPDATE contacts SET email = ?, field_values = ?, updated_at = ?, import_id = ? WHERE id = ?;

-- name: set_email_key
UPDATE contacts SET email_key = ? WHERE id = ?;

-- name: delete
DELETE FROM contacts WHERE id = ?;

-- name: forget_field
UPDATE contacts SET field_values = json_remove(field_values, ?)
WHERE contact_type_id = ? AND json_type(field_values, ?) IS NOT NULL;

-- name: values_of
SELECT id, field_values -> ?1 FROM contacts
WHERE +contact_type_id = ?2 AND id > ?3 AND json_type(field_values, ?1) IS NOT NULL ORDER BY id LIMIT ?4;
-- The plus sign makes SQLite read in the order of ids, instead of sorting the contacts of a type for each page.

-- name: set_value
UPDATE contacts SET field_values = json_set(field_values, ?, json(?)), import_id = NULL WHERE id = ?;

-- name: clear_value
UPDATE contacts SET field_values = json_remove(field_values, ?), import_id = NULL WHERE id = ?;

-- name: documents
SELECT string_agg('{"id":' || id || ',"email":' || json_quote(email) || ',"created_at":' || created_at
           || ',"updated_at":' || updated_at || CASE WHEN EXISTS (SELECT 1 FROM suppressions) AND EXISTS (
    SELECT 1 FROM suppressions s
    WHERE s.account_id = (SELECT account_id FROM contact_types WHERE id = contacts.contact_type_id)
      AND s.email_hash = email_hash((SELECT pepper FROM store), contacts.email_key)
) THEN ',"suppressed":true' ELSE '' END
           || ',"values":' || CASE WHEN EXISTS (SELECT 1 FROM subscriptions u WHERE u.contact_id = contacts.id) THEN json_patch(field_values, (
    SELECT json_group_object(CAST(1099511627776 + topic_id AS TEXT), state) FROM subscriptions u WHERE u.contact_id = contacts.id
)) ELSE field_values END || '}', char(10))
FROM contacts WHERE +contact_type_id = ? AND id IN (SELECT value FROM json_each(?));
-- The plus sign keeps SQLite from using the index on the type, which would scan all contacts of it.

-- name: all_documents
SELECT contact_type_id, '{"id":' || id || ',"email":' || json_quote(email) || ',"created_at":' || created_at
                        || ',"updated_at":' || updated_at
                        || CASE WHEN EXISTS (SELECT 1 FROM suppressions) AND EXISTS (
    SELECT 1 FROM suppressions s
    WHERE s.account_id = (SELECT account_id FROM contact_types WHERE id = contacts.contact_type_id)
      AND s.email_hash = email_hash((SELECT pepper FROM store), contacts.email_key)
) THEN ',"suppressed":true' ELSE '' END
                        || ',"values":' || CASE WHEN EXISTS (SELECT 1 FROM subscriptions u WHERE u.contact_id = contacts.id) THEN json_patch(field_values, (
    SELECT json_group_object(CAST(1099511627776 + topic_id AS TEXT), state) FROM subscriptions u WHERE u.contact_id = contacts.id
)) ELSE field_values END || '}'
FROM contacts ORDER BY id;
