-- name: ids_by_email
-- instead of 0aa1b998
SELECT c.email_key, c.id FROM json_texts(?2) k JOIN contacts c ON c.contact_type_id = ?1 AND c.email_key = k.value;

-- name: values_of
-- instead of 8f0a6bfc
SELECT id, (field_values::json -> member(?1))::text FROM contacts
WHERE contact_type_id = ?2 AND id > ?3 AND json_type(field_values, ?1) IS NOT NULL ORDER BY id LIMIT ?4;
