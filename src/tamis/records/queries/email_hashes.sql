-- name: pepper
SELECT pepper FROM store WHERE pepper IS NOT NULL;

-- name: set_pepper
UPDATE store SET pepper = ?;
