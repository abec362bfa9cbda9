-- name: add_count
-- instead of 0f84313a
UPDATE event_names SET
    count = count + ?1,
    first_at = CASE WHEN ?2::bigint IS NULL THEN first_at ELSE least(first_at, ?2) END,
    last_at = CASE WHEN ?3::bigint IS NULL THEN last_at ELSE greatest(last_at, ?3) END
WHERE id = ?4;

-- name: set_first_at
-- instead of e5b1b968
UPDATE event_names SET first_at = ?1, last_at = CASE WHEN ?1::bigint IS NOT NULL THEN last_at END WHERE id = ?2;
