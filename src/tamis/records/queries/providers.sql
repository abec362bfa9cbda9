-- name: insert
INSERT INTO providers
    (account_id, service, description, token_hash, credential, checks_address, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) RETURNING id;

-- name: of_account
SELECT id, account_id, service, description, credential <> '', checks_address, previous_token_until, created_at,
    updated_at, (SELECT max(minute) FROM provider_activity WHERE provider_id = providers.id)
FROM providers WHERE account_id = ? ORDER BY id;

-- name: by_id
SELECT id, account_id, service, description, credential <> '', checks_address, previous_token_until, created_at,
    updated_at, (SELECT max(minute) FROM provider_activity WHERE provider_id = providers.id)
FROM providers WHERE id = ? AND account_id = ?;

-- name: count
SELECT count(*) FROM providers WHERE account_id = ?;

-- name: by_token
SELECT id, account_id, service, description, credential, checks_address
FROM providers
WHERE service = :service
  AND (token_hash = :token_hash OR (previous_token_hash = :token_hash AND previous_token_until > :now));

-- name: update
UPDATE providers SET description = ?, checks_address = ?, updated_at = ? WHERE id = ?;

-- name: set_credential
UPDATE providers SET credential = ? WHERE id = ?;

-- name: rotate
UPDATE providers
SET previous_token_hash = token_hash, previous_token_until = ?, token_hash = ?, updated_at = ? WHERE id = ?;

-- name: delete_activity
DELETE FROM provider_activity WHERE provider_id = ?;

-- name: delete_suppressing_reports
DELETE FROM suppressing_reports WHERE provider_id = ?;

-- name: delete
DELETE FROM providers WHERE id = ?;

-- name: is_there
SELECT 1 FROM providers WHERE id = ?;

-- name: counts_of_minute
SELECT counts FROM provider_activity WHERE provider_id = ? AND minute = ? AND outcome = ?;

-- name: record_activity
INSERT INTO provider_activity (provider_id, minute, outcome, requests, counts) VALUES (?, ?, ?, 1, ?)
ON CONFLICT (provider_id, minute, outcome) DO UPDATE SET requests = provider_activity.requests + 1, counts = excluded.counts;

-- name: activity
SELECT minute, outcome, requests, counts FROM provider_activity
WHERE provider_id = :provider_id
  AND (minute < :minute OR (minute = :minute AND outcome > :outcome))
ORDER BY minute DESC, outcome LIMIT :limit;

-- name: known_reports
SELECT report_hash FROM suppressing_reports
WHERE provider_id = ? AND report_hash IN (SELECT value FROM json_each(?));

-- name: add_report
INSERT INTO suppressing_reports (provider_id, report_hash, at) VALUES (?, ?, ?);

-- name: delete_expired_activity
DELETE FROM provider_activity WHERE minute < ?;

-- name: delete_expired_reports
DELETE FROM suppressing_reports WHERE at < ?;

-- name: forget_expired_tokens
UPDATE providers SET previous_token_hash = NULL, previous_token_until = NULL WHERE previous_token_until <= ?;
