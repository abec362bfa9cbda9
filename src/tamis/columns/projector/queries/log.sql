-- name: growth
SELECT recipient_id >> 32, sum(step)::BIGINT, count(*), max(window_number), max(k), min(instant), max(instant)
FROM membership_changes GROUP BY ALL

-- name: growth_with_new
SELECT recipient_id >> 32, sum(step)::BIGINT, count(*), max(window_number), max(k), min(instant), max(instant)
FROM (FROM membership_changes UNION ALL FROM new_entries) GROUP BY ALL

-- name: number
INSERT INTO transitions
SELECT $last::BIGINT + row_number() OVER (ORDER BY window_number, instant, k), recipient_id, step, instant, cause
FROM membership_changes

-- name: number_with_new
INSERT INTO transitions
SELECT $last::BIGINT + row_number() OVER (ORDER BY window_number, instant, k), recipient_id, step, instant, cause
FROM (FROM membership_changes UNION ALL FROM new_entries)

-- name: number_in_any_order
INSERT INTO transitions
SELECT $last::BIGINT + row_number() OVER (), recipient_id, step, instant, cause FROM membership_changes

-- name: number_in_any_order_with_new
INSERT INTO transitions
SELECT $last::BIGINT + row_number() OVER (), recipient_id, step, instant, cause
FROM (FROM membership_changes UNION ALL FROM new_entries)

-- name: filling
INSERT INTO fillings VALUES ($1, $2, $3, $4, $5)

-- name: was_filled
SELECT EXISTS (FROM fillings WHERE segment_id = $1)
