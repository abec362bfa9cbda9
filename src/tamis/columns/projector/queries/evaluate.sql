-- name: overrides
CREATE OR REPLACE TEMP TABLE overrides AS
SELECT version, segment_id, contact_id,
       coalesce(bool_or(recipient_id & (1::BIGINT << 31) = 0), FALSE) AS is_recipient,
       bool_or(recipient_id IS NOT NULL) AS is_member
FROM (
    SELECT 0 AS version, segment_id, contact_id, recipient_id FROM inclusions
    UNION ALL SELECT 1, segment_id, contact_id, recipient_id FROM staged_inclusions
    UNION ALL SELECT 0, segment_id, contact_id, NULL FROM exclusions
    UNION ALL SELECT 1, segment_id, contact_id, NULL FROM staged_exclusions
)
WHERE contact_id IN (SELECT contact_id FROM dirty)
GROUP BY ALL

-- name: before_and_after_change
(SELECT contact_id, seq AS version, instant, cause, seq FROM dirty CROSS JOIN (VALUES (0), (1)) v(seq))

-- name: instants_of_midnight
CREATE OR REPLACE TEMP TABLE instants AS
SELECT contact_id, 0 AS version, $midnight::TIMESTAMP AS instant, CASE seq WHEN 1 THEN $cause END AS cause, seq
FROM dirty CROSS JOIN (VALUES (0), (1)) v(seq)

-- name: overrides_found
SELECT version, segment_id, contact_id, is_recipient, is_member FROM overrides
