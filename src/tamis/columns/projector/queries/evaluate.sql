-- name: overrides
CREATE OR REPLACE TEMP TABLE overrides AS
SELECT version, segment_id, contact_id,
       coalesce(bool_or(recipient_id & (1::BIGINT << 31) = 0), FALSE) AS present,
       bool_or(recipient_id IS NOT NULL) AS member
FROM (
    SELECT 0 AS version, segment_id, contact_id, recipient_id FROM added
    UNION ALL SELECT 1, segment_id, contact_id, recipient_id FROM staged_added
    UNION ALL SELECT 0, segment_id, contact_id, NULL FROM removed
    UNION ALL SELECT 1, segment_id, contact_id, NULL FROM staged_excluded
)
WHERE contact_id IN (SELECT contact_id FROM dirty)
GROUP BY ALL

-- name: before_and_after_change
(SELECT contact_id, k AS version, instant, cause, k FROM dirty CROSS JOIN (VALUES (0), (1)) v(k))

-- name: instants_of_midnight
CREATE OR REPLACE TEMP TABLE instants AS
SELECT contact_id, 0 AS version, $midnight::TIMESTAMP AS instant, CASE k WHEN 1 THEN $cause END AS cause, k
FROM dirty CROSS JOIN (VALUES (0), (1)) v(k)

-- name: overrides_found
SELECT version, segment_id, contact_id, present, member FROM overrides
