-- name: delete_recent
DELETE FROM recent_changes WHERE recipient_id IN (SELECT recipient_id FROM pending_changes)

-- name: insert_recent
INSERT INTO recent_changes SELECT recipient_id, delta, instant FROM pending_changes

-- name: insert_last_recent
INSERT INTO recent_changes
SELECT recipient_id, arg_max(delta, number), arg_max(instant, number)
FROM membership_changes WHERE number > $after GROUP BY recipient_id

-- name: count_new_entries
SELECT count(*) FROM new_entries

-- name: insert_new_recent
INSERT INTO recent_changes SELECT recipient_id, delta, instant FROM new_entries

-- name: insert_new_members
INSERT INTO members SELECT recipient_id, instant FROM new_entries ORDER BY recipient_id

-- name: update_sizes
UPDATE segment_sizes SET recipients = recipients + n
FROM (SELECT unnest($1::BIGINT[]) AS grown, unnest($2::BIGINT[]) AS n) WHERE segment_id = grown

-- name: delete_changes
DELETE FROM pending_changes

-- name: delete_new_entries
DELETE FROM new_entries

-- name: delete_size
DELETE FROM segment_sizes WHERE segment_id = $1

-- name: insert_size
INSERT INTO segment_sizes VALUES ($1, $2)
