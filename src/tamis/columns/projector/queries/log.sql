-- name: growth
SELECT recipient_id >> 32, sum(step)::BIGINT, count(*), max(window_number), max(k), min(instant), max(instant)
FROM {changes} GROUP BY ALL

-- name: number
INSERT INTO transitions
SELECT $last::BIGINT + row_number() OVER (ORDER BY window_number, instant, k), recipient_id, step, instant, cause
FROM {changes}

-- name: number_in_any_order
INSERT INTO transitions
SELECT $last::BIGINT + row_number() OVER (), recipient_id, step, instant, cause FROM {changes}

-- name: filling
INSERT INTO fillings VALUES ($1, $2, $3, $4, $5)

-- name: was_filled
SELECT EXISTS (FROM fillings WHERE segment_id = $1)
