-- name: change_layout
-- instead of 567a6fd2
UPDATE event_storage SET layout = (random() * 9007199254740992)::bigint
WHERE coalesce((SELECT level FROM event_runs WHERE id = ?), 0) <> ?;
