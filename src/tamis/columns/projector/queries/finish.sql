-- name: acknowledge
UPDATE meta SET applied = $1
