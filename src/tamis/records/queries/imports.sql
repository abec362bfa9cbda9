-- name: insert
INSERT INTO imports (account_id, contact_type_id, subject, source, options, state, phase, started_at)
VALUES (?, ?, ?, ?, ?, 'running', '', ?) RETURNING id;

-- name: by_id
SELECT
    id, account_id, contact_type_id, source, options, state, phase, started_at, finished_at, rows_total, rows_done,
    created, updated, unchanged, repeated, rejected, report, error, subject, accepted
FROM imports WHERE id = ? AND account_id = ?;

-- name: of_account
SELECT
    id, account_id, contact_type_id, source, options, state, phase, started_at, finished_at, rows_total, rows_done,
    created, updated, unchanged, repeated, rejected, report, error, subject, accepted
FROM imports WHERE account_id = ? AND id < ? ORDER BY id DESC LIMIT ?;

-- name: set_state
UPDATE imports SET state = ?2, finished_at = ?3, error = ?4 WHERE id = ?1;

-- name: set_phase
UPDATE imports SET phase = ?2, rows_total = coalesce(?3, rows_total) WHERE id = ?1;

-- name: add_stored
UPDATE imports
SET rows_done = ?2, created = created + ?3, updated = updated + ?4, unchanged = unchanged + ?5
WHERE id = ?1;

-- name: add_events
UPDATE imports SET rows_done = rows_done + ?2, accepted = accepted + ?3, repeated = repeated + ?4 WHERE id = ?1;

-- name: set_left_out
UPDATE imports SET rows_total = ?2, repeated = ?3, rejected = ?4 WHERE id = ?1;

-- name: set_report
UPDATE imports SET report = ?2 WHERE id = ?1;

-- name: totals
SELECT state, count(*), sum(rows_done) FROM imports GROUP BY state;
