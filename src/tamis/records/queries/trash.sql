-- name: of_account
SELECT id, account_id, contact_type_id, name, rule, created_at, updated_at, description, deleted_at
FROM segments WHERE account_id = ? AND deleted_at > ? AND purged_at IS NULL ORDER BY deleted_at DESC, id DESC;

-- name: deleted_before
SELECT id FROM segments WHERE deleted_at <= ? AND purged_at IS NULL ORDER BY id;

-- name: still_deleted
SELECT id, account_id, contact_type_id, name, rule, created_at, updated_at, description
FROM segments WHERE id IN (SELECT value FROM json_each(?)) AND deleted_at IS NOT NULL AND purged_at IS NULL;

-- name: purged
SELECT id FROM segments WHERE purged_at IS NOT NULL;

-- name: rules_of_type
SELECT id, rule FROM segments WHERE contact_type_id = ? AND deleted_at IS NOT NULL AND purged_at IS NULL;

-- name: set_rule
UPDATE segments SET rule = ? WHERE id = ?;

-- name: restore
UPDATE segments SET deleted_at = NULL, name = ?, name_key = ?, updated_at = ? WHERE id = ?;

-- name: record_inclusions
INSERT INTO change_log (subject, contact_type_id, segment_id, inclusion_id, changed_at, cause)
SELECT 'recipient', ?2, segment_id, id, ?3, ?4 FROM inclusions WHERE segment_id = ?1;

-- name: record_exclusions
INSERT INTO change_log (subject, contact_type_id, segment_id, contact_id, changed_at, cause)
SELECT 'recipient', ?2, segment_id, contact_id, ?3, ?4 FROM contact_exclusions WHERE segment_id = ?1;

-- name: purge
UPDATE segments SET purged_at = ?, rule = 'null', description = '' WHERE id = ?;

-- name: delete_inclusions
DELETE FROM inclusions WHERE segment_id = ?;

-- name: delete_exclusions
DELETE FROM contact_exclusions WHERE segment_id = ?;

-- name: delete_email_exclusions
DELETE FROM email_exclusions WHERE segment_id = ?;
