-- name: insert
INSERT INTO segment_versions
    (segment_id, number, name, rule, created_at, actor_kind, actor_id, actor_name, restored_from)
SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
FROM segment_versions WHERE segment_id = ?1;

-- name: of_segment
SELECT segment_id, number, name, rule, v.created_at, actor_kind, actor_id, coalesce(u.email, actor_name), restored_from,
    size_before, size_after, number = (SELECT max(number) FROM segment_versions WHERE segment_id = ?1)
FROM segment_versions v LEFT JOIN users u ON actor_kind = 'person' AND u.id = CAST(actor_id AS INTEGER)
WHERE segment_id = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3;

-- name: newest_number
SELECT coalesce(max(number), 0) FROM segment_versions WHERE segment_id = ?;

-- name: without_size
SELECT segment_id, number FROM segment_versions v
WHERE segment_id IN (SELECT value FROM json_each(?)) AND size_after IS NULL AND actor_kind IS NOT NULL
    AND number = (SELECT max(number) FROM segment_versions WHERE segment_id = v.segment_id);

-- name: set_size
UPDATE segment_versions SET size_before = ?3, size_after = ?4
WHERE segment_id = ?1 AND number = ?2 AND size_after IS NULL;

-- name: rules_of_type
SELECT v.segment_id, v.number, v.rule FROM segment_versions v JOIN segments s ON s.id = v.segment_id
WHERE s.contact_type_id = ?;

-- name: set_rule
UPDATE segment_versions SET rule = ? WHERE segment_id = ? AND number = ?;

-- name: delete
DELETE FROM segment_versions WHERE segment_id = ?;
