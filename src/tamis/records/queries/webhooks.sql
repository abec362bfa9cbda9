-- name: insert
INSERT INTO webhooks (account_id, url, description, types, segment_ids, secret, position, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) RETURNING id;

-- name: of_account
SELECT id, account_id, url, description, types, segment_ids, position, failures, failing_since, next_attempt_at,
    disabled_at, disabled_reason, previous_secret_until, created_at, updated_at, revision
FROM webhooks WHERE account_id = ? ORDER BY id;

-- name: by_id
SELECT id, account_id, url, description, types, segment_ids, position, failures, failing_since, next_attempt_at,
    disabled_at, disabled_reason, previous_secret_until, created_at, updated_at, revision
FROM webhooks WHERE id = ? AND account_id = ?;

-- name: enabled
SELECT id, account_id, url, description, types, segment_ids, position, failures, failing_since, next_attempt_at,
    disabled_at, disabled_reason, previous_secret_until, created_at, updated_at, revision
FROM webhooks WHERE disabled_at IS NULL;

-- name: count
SELECT count(*) FROM webhooks WHERE account_id = ?;

-- name: secrets
SELECT secret, previous_secret, previous_secret_until FROM webhooks WHERE id = ?;

-- name: open_message
SELECT message_id, message_last FROM webhooks WHERE id = ? AND message_id IS NOT NULL;

-- name: update
UPDATE webhooks SET url = ?, description = ?, types = ?, segment_ids = ?, updated_at = ? WHERE id = ?;

-- name: restart
UPDATE webhooks SET failures = 0, failing_since = NULL, next_attempt_at = NULL WHERE id = ?;

-- name: enable
UPDATE webhooks SET disabled_at = NULL, disabled_reason = NULL WHERE id = ?;

-- name: disable
UPDATE webhooks SET disabled_at = ?, disabled_reason = ?, next_attempt_at = NULL
WHERE id = ? AND disabled_at IS NULL;

-- name: rotate
UPDATE webhooks SET previous_secret = secret, previous_secret_until = ?, secret = ?, updated_at = ? WHERE id = ?;

-- name: move
UPDATE webhooks SET position = ?, message_id = NULL, message_last = NULL WHERE id = ?;

-- name: discard_message
UPDATE webhooks SET message_id = NULL, message_last = NULL WHERE id = ?;

-- name: delete_deliveries
DELETE FROM webhook_deliveries WHERE webhook_id = ?;

-- name: delete
DELETE FROM webhooks WHERE id = ?;

-- name: revision
SELECT revision FROM webhook_revision;

-- name: raise_revision
UPDATE webhook_revision SET revision = revision + 1;

-- name: set_revision
UPDATE webhooks SET revision = (SELECT revision FROM webhook_revision) WHERE id = ?;

-- name: open
UPDATE webhooks SET position = ?, message_id = ?, message_last = ?
WHERE id = ? AND position = ? AND message_id IS NULL AND disabled_at IS NULL;

-- name: skip
UPDATE webhooks SET position = ? WHERE id = ? AND position = ? AND message_id IS NULL;

-- name: deliver
UPDATE webhooks SET position = message_last, message_id = NULL, message_last = NULL, failures = 0,
    failing_since = NULL, next_attempt_at = NULL
WHERE id = ? AND message_id = ?;

-- name: fail
UPDATE webhooks SET failures = ?, failing_since = ?, next_attempt_at = ? WHERE id = ? AND message_id = ?;

-- name: next_number
UPDATE webhooks SET deliveries = deliveries + 1 WHERE id = ? RETURNING deliveries;

-- name: add_delivery
INSERT INTO webhook_deliveries (
    webhook_id, number, message_id, is_test, attempt, started_at, duration, outcome, status, answer, after, last, changes
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: trim_deliveries
DELETE FROM webhook_deliveries WHERE webhook_id = ? AND number <= ?;

-- name: deliveries
SELECT number, message_id, is_test, attempt, started_at, duration, outcome, status, answer, after, last, changes
FROM webhook_deliveries WHERE webhook_id = ? AND number < ? ORDER BY number DESC LIMIT ?;

-- name: has_expired
SELECT 1 FROM webhook_deliveries WHERE started_at < :logged_after
UNION ALL SELECT 1 FROM webhooks WHERE previous_secret_until < :now LIMIT 1;

-- name: delete_expired_deliveries
DELETE FROM webhook_deliveries WHERE started_at < ?;

-- name: delete_expired_secrets
UPDATE webhooks SET previous_secret = NULL, previous_secret_until = NULL WHERE previous_secret_until < ?;
