-- name: growth
SELECT recipient_id >> 32, sum(delta)::BIGINT, count(*), max(window_number), max(seq), min(instant), max(instant),
       count(*) FILTER (delta = 1)
FROM {changes} GROUP BY ALL

-- name: growth_by_day
SELECT recipient_id >> 32 AS segment_id, d.day, count(*) FILTER (delta = 1), count(*) FILTER (delta = -1)
FROM membership_changes t ASOF JOIN (SELECT unnest($starts::TIMESTAMP[]) AS start, unnest($days::DATE[]) AS day) d
    ON t.instant >= d.start
WHERE number > $after AND list_contains($segments::BIGINT[], recipient_id >> 32)
GROUP BY ALL ORDER BY ALL

-- name: number
INSERT INTO membership_changes
SELECT $last::BIGINT + row_number() OVER (ORDER BY window_number, instant, seq), recipient_id, delta, instant, cause
FROM {changes}

-- name: number_in_any_order
INSERT INTO membership_changes
SELECT $last::BIGINT + row_number() OVER (), recipient_id, delta, instant, cause FROM {changes}

-- name: snapshot
INSERT INTO membership_snapshots VALUES ($1, $2, $3, $4, $5)

-- name: last_snapshot
SELECT cause FROM membership_snapshots WHERE segment_id = $1 ORDER BY number DESC LIMIT 1
