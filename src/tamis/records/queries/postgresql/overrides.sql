-- name: inclusions_of_segment
-- instead of 52be2b21
SELECT
    a.recipient_id,
    c.id,
    coalesce(c.email, a.email),
    CASE WHEN c.id IS NULL THEN a.first_name ELSE coalesce(c.field_values::json ->> ?5, '') END,
    CASE WHEN c.id IS NULL THEN a.last_name ELSE coalesce(c.field_values::json ->> ?6, '') END,
    a.created_at
FROM inclusions a
LEFT JOIN contacts c ON c.contact_type_id = ?1 AND c.email_key = a.email_key
WHERE a.segment_id = ?2 ORDER BY a.created_at DESC, a.id DESC LIMIT ?3 OFFSET ?4;
