-- name: has_overrides
SELECT EXISTS (FROM inclusions) OR EXISTS (FROM exclusions)

-- name: changes_by_day
SELECT d.day, count(*) FILTER (delta = 1), count(*) FILTER (delta = -1)
FROM pending_changes t ASOF JOIN (SELECT unnest($starts::TIMESTAMP[]) AS start, unnest($days::DATE[]) AS day) d
    ON t.instant >= d.start
WHERE recipient_id >> 32 = $segment
GROUP BY ALL ORDER BY ALL

-- name: dirty_at_midnight
CREATE OR REPLACE TEMP TABLE dirty AS
SELECT DISTINCT id AS contact_id, NULL::TIMESTAMP AS instant, NULL::VARCHAR AS cause
FROM midnight_changes WHERE bits & $bit <> 0

-- name: midnight_changes
CREATE OR REPLACE TEMP TABLE midnight_changes (id BIGINT, bits BIGINT)
