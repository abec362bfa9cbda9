-- name: forget_recent
DELETE FROM recent WHERE recipient_id IN (SELECT recipient_id FROM membership_changes)

-- name: recent
INSERT INTO recent SELECT recipient_id, step, instant FROM membership_changes

-- name: recent_of_several
INSERT INTO recent
SELECT recipient_id, arg_max(step, number), arg_max(instant, number)
FROM transitions WHERE number > $after GROUP BY recipient_id

-- name: count_new_entries
SELECT count(*) FROM new_entries

-- name: recent_of_new
INSERT INTO recent SELECT recipient_id, step, instant FROM new_entries

-- name: members_of_new
INSERT INTO members SELECT recipient_id, instant FROM new_entries ORDER BY recipient_id

-- name: sizes
UPDATE sizes SET recipients = recipients + n
FROM (SELECT unnest($1::BIGINT[]) AS grown, unnest($2::BIGINT[]) AS n) WHERE segment_id = grown

-- name: delete_changes
DELETE FROM membership_changes

-- name: delete_new_entries
DELETE FROM new_entries

-- name: delete_size
DELETE FROM sizes WHERE segment_id = $1

-- name: insert_size
INSERT INTO sizes VALUES ($1, $2)
