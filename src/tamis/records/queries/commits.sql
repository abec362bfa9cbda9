-- name: last
SELECT id, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'change_log'), 0), commits FROM store;

-- name: count
UPDATE store SET commits = commits + 1;
