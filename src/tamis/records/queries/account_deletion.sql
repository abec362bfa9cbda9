-- name: close
UPDATE accounts
SET email = '', email_key = 'deleted ' || id, name = '', deleted_at = ?, date_order = 'ask', give_suppressed = 0
WHERE id = ? AND deleted_at IS NULL;

-- name: deleted
SELECT a.id, a.deleted_at, coalesce(u.email, actor_name)
FROM accounts a
    LEFT JOIN audit_log l ON l.account_id = a.id AND l.action = 'account.deleted'
    LEFT JOIN users u ON actor_kind = 'person' AND u.id = CAST(actor_id AS INTEGER)
WHERE a.deleted_at IS NOT NULL ORDER BY a.id;

-- name: delete_keys
DELETE FROM key_pairs WHERE account_id = ?;

-- name: delete_invitations
DELETE FROM invitations WHERE account_id = ?;

-- name: delete_sessions
DELETE FROM sessions WHERE account_id = ?;

-- name: kept_segments
SELECT id FROM segments WHERE account_id = ? AND purged_at IS NULL;

-- name: blank_segments
UPDATE segments SET name = '', name_key = '' WHERE account_id = ?;

-- name: types
SELECT id FROM contact_types WHERE account_id = ?;

-- name: close_types
UPDATE contact_types
SET deleted_at = coalesce(deleted_at, ?), name = '', name_key = char(10) || id, visible_fields = '[]'
WHERE account_id = ?;

-- name: delete_fields
DELETE FROM fields WHERE contact_type_id = ?;

-- name: some_contacts
SELECT id FROM contacts WHERE contact_type_id = ? LIMIT ?;

-- name: delete_prior_values
DELETE FROM import_prior_values WHERE contact_id IN (SELECT value FROM json_each(?));

-- name: delete_contacts
DELETE FROM contacts WHERE id IN (SELECT value FROM json_each(?));

-- name: delete_import_values
DELETE FROM import_prior_values WHERE import_id IN (SELECT id FROM imports WHERE account_id = ?);

-- name: delete_import_ranges
DELETE FROM import_ranges WHERE import_id IN (SELECT id FROM imports WHERE account_id = ?);

-- name: delete_imports
DELETE FROM imports WHERE account_id = ?;

-- name: delete_uploads
DELETE FROM uploads WHERE account_id = ?;

-- name: delete_forgotten_emails
DELETE FROM forgotten_emails WHERE contact_type_id IN (SELECT id FROM contact_types WHERE account_id = ?);

-- name: delete_topics
DELETE FROM topics WHERE contact_type_id IN (SELECT id FROM contact_types WHERE account_id = ?);

-- name: delete_consent_records
DELETE FROM consent_records WHERE contact_type_id IN (SELECT id FROM contact_types WHERE account_id = ?);

-- name: delete_suppressions
DELETE FROM suppressions WHERE account_id = ?;

-- name: delete_requests
DELETE FROM idempotent_requests WHERE account_id = ?;

-- name: delete_chunks
DELETE FROM idempotent_chunks WHERE account_id = ?;

-- name: delete_audit_entries
DELETE FROM audit_log WHERE account_id = ? AND action != 'account.deleted';
