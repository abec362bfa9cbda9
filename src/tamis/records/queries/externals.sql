-- name: by_email
SELECT a.segment_id, a.email, a.first_name, a.last_name, a.person_id, a.created_at, EXISTS (SELECT 1 FROM suppressions) AND EXISTS (
    SELECT 1 FROM suppressions p
    WHERE p.account_id = s.account_id AND p.email_hash = email_hash((SELECT pepper FROM store), a.email_key)
)
FROM inclusions a JOIN segments s ON s.id = a.segment_id
WHERE a.email_key = ?1 AND s.contact_type_id = ?2 AND s.deleted_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.contact_type_id = ?2 AND c.email_key = ?1)
ORDER BY a.id;

-- name: key_of_person
SELECT a.email_key
FROM inclusions a JOIN segments s ON s.id = a.segment_id
WHERE a.person_id = ? AND s.contact_type_id = ? AND s.deleted_at IS NULL LIMIT 1;

-- name: person_ids_of_email
SELECT DISTINCT a.person_id
FROM inclusions a JOIN segments s ON s.id = a.segment_id
WHERE a.email_key = ? AND s.contact_type_id = ?;

-- name: all_externals
SELECT DISTINCT a.person_id, a.email_key
FROM inclusions a JOIN segments s ON s.id = a.segment_id
LEFT JOIN contacts c ON c.contact_type_id = s.contact_type_id AND c.email_key = a.email_key
WHERE s.contact_type_id = ?1 AND s.deleted_at IS NULL AND c.id IS NULL;

-- name: externals_of_ids
SELECT DISTINCT a.person_id, a.email_key
FROM inclusions a JOIN segments s ON s.id = a.segment_id
LEFT JOIN contacts c ON c.contact_type_id = s.contact_type_id AND c.email_key = a.email_key
WHERE s.contact_type_id = ?1 AND s.deleted_at IS NULL AND c.id IS NULL AND a.person_id IN (
    SELECT value FROM json_each(?2) UNION SELECT person_id FROM inclusions WHERE id IN (
        SELECT value FROM json_each(?2)
    )
);

-- name: sample_externals
SELECT email_key FROM (
    SELECT DISTINCT a.email_key
    FROM inclusions a JOIN segments s ON s.id = a.segment_id
    LEFT JOIN contacts c ON c.contact_type_id = s.contact_type_id AND c.email_key = a.email_key
    WHERE s.contact_type_id = ? AND s.deleted_at IS NULL AND c.id IS NULL
) AS externals ORDER BY random() LIMIT ?;
