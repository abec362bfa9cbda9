-- name: growth
SELECT recipient_id >> 32, sum(step)::BIGINT, count(*), max(window_number), max(k), min(instant), max(instant),
       count(*) FILTER (step = 1)
FROM {changes} GROUP BY ALL

-- name: growth_by_day
SELECT recipient_id >> 32 AS segment_id, d.day, count(*) FILTER (step = 1), count(*) FILTER (step = -1)
FROM transitions t ASOF JOIN (SELECT unnest($starts::TIMESTAMP[]) AS start, unnest($days::DATE[]) AS day) d
    ON t.instant >= d.start
WHERE number > $after AND list_contains($segments::BIGINT[], recipient_id >> 32)
GROUP BY ALL ORDER BY ALL

-- name: number
INSERT INTO transitions
SELECT $last::BIGINT + row_number() OVER (ORDER BY window_number, instant, k), recipient_id, step, instant, cause
FROM {changes}

-- name: number_in_any_order
INSERT INTO transitions
SELECT $last::BIGINT + row_number() OVER (), recipient_id, step, instant, cause FROM {changes}

-- name: snapshot
INSERT INTO fillings VALUES ($1, $2, $3, $4, $5)

-- name: has_snapshot
SELECT EXISTS (FROM fillings WHERE segment_id = $1)
