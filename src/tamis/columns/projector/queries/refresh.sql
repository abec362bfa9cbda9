-- name: delete_members
DELETE FROM members WHERE recipient_id BETWEEN $1 AND $2

-- name: delete_recent
DELETE FROM recent_changes WHERE recipient_id BETWEEN $1 AND $2

-- name: delete_inclusions
DELETE FROM inclusions WHERE segment_id = $1

-- name: delete_exclusions
DELETE FROM exclusions WHERE segment_id = $1

-- name: entries
INSERT INTO pending_changes
SELECT 0, recipient_id, 1, $instant, $cause, 0
FROM target_recipients ANTI JOIN current_recipients USING (recipient_id)

-- name: exits
INSERT INTO pending_changes
SELECT 0, recipient_id, -1, $instant, $cause, 0
FROM current_recipients ANTI JOIN target_recipients USING (recipient_id)
