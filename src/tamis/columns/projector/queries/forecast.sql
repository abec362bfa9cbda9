-- name: has_overrides
SELECT EXISTS (FROM inclusions) OR EXISTS (FROM exclusions)

-- name: changes_by_day
SELECT d.day, count(*) FILTER (delta = 1), count(*) FILTER (delta = -1)
FROM pending_changes t ASOF JOIN (SELECT unnest($starts::TIMESTAMP[]) AS start, unnest($days::DATE[]) AS day) d
    ON t.instant >= d.start
WHERE recipient_id >> 32 = $segment
GROUP BY ALL ORDER BY ALL

-- name: dirty_at_midnights
CREATE OR REPLACE TEMP TABLE dirty AS
SELECT DISTINCT id AS contact_id, NULL::TIMESTAMP AS instant, NULL::VARCHAR AS cause FROM midnight_changes

-- name: instants_of_midnights
CREATE OR REPLACE TEMP TABLE instants AS
SELECT id AS contact_id, 0 AS version, instant, CASE seq WHEN 1 THEN $cause END AS cause, (3 * number + seq)::INTEGER AS seq
FROM (
    SELECT DISTINCT id, instant, number
    FROM midnight_changes
    JOIN (
        SELECT unnest($bits::BIGINT[]) AS bit, unnest($instants::TIMESTAMP[]) AS instant,
               unnest(range(len($bits::BIGINT[]))) AS number
    ) ON bits & bit <> 0
) CROSS JOIN (VALUES (0), (1)) v(seq)

-- name: midnight_changes
CREATE OR REPLACE TEMP TABLE midnight_changes (id BIGINT, bits BIGINT)
