-- name: segments_included_in
SELECT DISTINCT segment_id FROM inclusions
WHERE contact_id IS NULL AND person_id IN (SELECT person_id FROM dirty_externals)

-- name: entries
INSERT INTO pending_changes
SELECT $window_number, n.recipient_id, 1, coalesce(t.instant, p.instant), coalesce(t.cause, p.cause), 1
FROM externals_after n
JOIN dirty_externals p ON p.person_id = n.person_id
LEFT JOIN changed_inclusions t ON t.id = n.inclusion_id
ANTI JOIN externals_before o ON o.recipient_id = n.recipient_id

-- name: exits
INSERT INTO pending_changes
SELECT $window_number, n.recipient_id, -1, coalesce(t.instant, p.instant), coalesce(t.cause, p.cause), 1
FROM externals_before n
JOIN dirty_externals p ON p.person_id = n.person_id
LEFT JOIN changed_inclusions t ON t.id = n.inclusion_id
ANTI JOIN externals_after o ON o.recipient_id = n.recipient_id
