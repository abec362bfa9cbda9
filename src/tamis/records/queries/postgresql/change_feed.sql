-- name: kept_since
-- instead of 3559fc75
SELECT max(number) FROM (
    SELECT DISTINCT ON (segment_id) number, cause FROM membership_snapshots
    WHERE segment_id IN (SELECT value FROM json_each(?)) ORDER BY segment_id, number
) AS first_snapshots WHERE cause = ?;
