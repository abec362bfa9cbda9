-- name: segments
SELECT s.id, s.account_id, s.contact_type_id, s.name, s.rule, s.created_at, s.updated_at, s.description
FROM segments s WHERE s.deleted_at IS NULL ORDER BY s.id;

-- name: counts
SELECT (SELECT count(*) FROM contacts), (SELECT count(*) FROM inclusions);

-- name: contact_keys
SELECT id, email, email_key FROM contacts
WHERE lower(email) <> email_key OR email GLOB '*[^ -~]*' OR email_key LIKE '%xn--%';
-- All other keys are right: the lower case of an ASCII email.

-- name: inclusion_keys
SELECT id, email, email_key FROM inclusions
WHERE lower(email) <> email_key OR email GLOB '*[^ -~]*' OR email_key LIKE '%xn--%';

-- name: duplicates_in_types
SELECT count(*) FROM (SELECT 1 FROM contacts NOT INDEXED GROUP BY contact_type_id, lower(email) HAVING count(*) > 1);

-- name: duplicates_in_segments
SELECT count(*) FROM (
    SELECT 1 FROM inclusions NOT INDEXED GROUP BY segment_id, lower(email) HAVING count(*) > 1
);

-- name: wrong_recipient_ids
SELECT a.id FROM inclusions a JOIN segments s ON s.id = a.segment_id
WHERE s.deleted_at IS NULL AND (
    a.recipient_id >> 32 <> a.segment_id
    OR CASE
        WHEN a.recipient_id & 2147483648 <> 0 THEN a.recipient_id & 2147483647 <> a.id
        ELSE NOT EXISTS (
            SELECT 1 FROM contacts c
            WHERE c.id = a.recipient_id & 2147483647 AND c.contact_type_id = s.contact_type_id
                AND c.email_key = a.email_key
        )
    END
);

-- name: orphaned_exclusions
SELECT r.segment_id, r.contact_id FROM contact_exclusions r JOIN segments s ON s.id = r.segment_id
WHERE s.deleted_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM contacts c WHERE c.id = r.contact_id AND c.contact_type_id = s.contact_type_id
);

-- name: types_with_exclusions
SELECT DISTINCT s.contact_type_id FROM email_exclusions e JOIN segments s ON s.id = e.segment_id;

-- name: contact_email_keys
SELECT email_key FROM contacts WHERE contact_type_id = ?;

-- name: orphans_of_imports
SELECT (
    SELECT count(*) FROM import_prior_values b LEFT JOIN contacts c ON c.id = b.contact_id
    LEFT JOIN imports i ON i.id = b.import_id
    WHERE c.id IS NULL OR i.id IS NULL OR i.contact_type_id <> c.contact_type_id
), (
    SELECT count(*) FROM import_ranges r LEFT JOIN imports i ON i.id = r.import_id
    WHERE i.id IS NULL OR r.last_id < r.first_id OR EXISTS (
        SELECT 1 FROM contacts c WHERE c.id BETWEEN r.first_id AND r.last_id AND c.contact_type_id <> i.contact_type_id
    )
), (
    SELECT count(*) FROM contacts c WHERE c.import_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM imports i WHERE i.id = c.import_id AND i.contact_type_id = c.contact_type_id
    )
);

-- name: import_counts
SELECT count(*), (SELECT count(*) FROM import_prior_values) FROM imports;

-- name: sequences
SELECT 'contacts', coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'contacts'), 0), coalesce(max(id), 0)
FROM contacts
UNION ALL
SELECT 'segments', coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'segments'), 0), coalesce(max(id), 0)
FROM segments
UNION ALL
SELECT 'inclusions', coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'inclusions'), 0),
    coalesce(max(id), 0) FROM inclusions
UNION ALL
SELECT 'change_log', coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'change_log'), 0), coalesce(max(change), 0) FROM change_log;

-- name: types_with_forgotten
SELECT DISTINCT contact_type_id FROM forgotten_emails;

-- name: all_email_keys
SELECT email_key FROM contacts WHERE contact_type_id = ?1
UNION ALL
SELECT a.email_key FROM inclusions a JOIN segments s ON s.id = a.segment_id
WHERE s.contact_type_id = ?1 AND s.deleted_at IS NULL;

-- name: page_of_documents
-- The documents are those of `all_documents` in contacts.sql.
SELECT id, '{"id":' || id || ',"email":' || json_quote(email) || ',"created_at":' || created_at
                        || ',"updated_at":' || updated_at
                        || CASE WHEN EXISTS (SELECT 1 FROM suppressions) AND EXISTS (
    SELECT 1 FROM suppressions s
    WHERE s.account_id = (SELECT account_id FROM contact_types WHERE id = contacts.contact_type_id)
      AND s.email_hash = email_hash((SELECT pepper FROM store), contacts.email_key)
) THEN ',"suppressed":true' ELSE '' END
                        || ',"values":' || CASE WHEN EXISTS (SELECT 1 FROM subscriptions u WHERE u.contact_id = contacts.id) THEN json_patch(field_values, (
    SELECT json_group_object(CAST(1099511627776 + topic_id AS TEXT), state) FROM subscriptions u WHERE u.contact_id = contacts.id
)) ELSE field_values END || '}'
FROM contacts WHERE +contact_type_id = ? AND id > ? ORDER BY id LIMIT ?;

-- name: sample_contact_ids
SELECT id FROM contacts WHERE contact_type_id = ? ORDER BY random() LIMIT ?;
