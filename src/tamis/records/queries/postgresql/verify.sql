-- name: contact_keys
-- instead of 40f14020
SELECT id, email, email_key FROM contacts
WHERE lower(email) <> email_key OR email ~ '[^ -~]' OR email_key LIKE '%xn--%';

-- name: inclusion_keys
-- instead of 671f79ac
SELECT id, email, email_key FROM inclusions
WHERE lower(email) <> email_key OR email ~ '[^ -~]' OR email_key LIKE '%xn--%';

-- name: duplicates_in_types
-- instead of b38a1376
SELECT count(*) FROM (
    SELECT 1 FROM contacts GROUP BY contact_type_id, lower(email) HAVING count(*) > 1
) AS duplicates;

-- name: duplicates_in_segments
-- instead of 8a470388
SELECT count(*) FROM (
    SELECT 1 FROM inclusions GROUP BY segment_id, lower(email) HAVING count(*) > 1
) AS duplicates;
