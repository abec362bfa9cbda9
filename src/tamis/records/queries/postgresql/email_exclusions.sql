-- name: of_hashes
-- instead of e5710b47
SELECT e.email_hash, e.segment_id, e.created_at
FROM json_texts(?2) h JOIN email_exclusions e ON e.email_hash = h.value JOIN segments s ON s.id = e.segment_id
WHERE s.contact_type_id = ?1 AND (?3 = 1 OR s.deleted_at IS NULL) ORDER BY e.segment_id;
