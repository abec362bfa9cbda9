-- name: delete_members
DELETE FROM members WHERE recipient_id BETWEEN $1 AND $2

-- name: delete_recent
DELETE FROM recent WHERE recipient_id BETWEEN $1 AND $2

-- name: delete_added
DELETE FROM added WHERE segment_id = $1

-- name: delete_excluded
DELETE FROM removed WHERE segment_id = $1

-- name: entries
INSERT INTO membership_changes
SELECT 0, recipient_id, 1, $instant, $cause, 0
FROM recipients_wanted ANTI JOIN recipients_present USING (recipient_id)

-- name: exits
INSERT INTO membership_changes
SELECT 0, recipient_id, -1, $instant, $cause, 0
FROM recipients_present ANTI JOIN recipients_wanted USING (recipient_id)
