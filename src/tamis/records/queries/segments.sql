-- name: insert
INSERT INTO segments (account_id, contact_type_id, name, name_key, rule, created_at, updated_at, description)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id;

-- name: live_of_account
SELECT id, account_id, contact_type_id, name, rule, created_at, updated_at, description
FROM segments WHERE account_id = ? AND deleted_at IS NULL ORDER BY id DESC;

-- name: live_of_type
SELECT id, account_id, contact_type_id, name, rule, created_at, updated_at, description
FROM segments WHERE contact_type_id = ? AND deleted_at IS NULL ORDER BY id;

-- name: refs_of_type
SELECT id, name FROM segments WHERE contact_type_id = ? AND deleted_at IS NULL ORDER BY id;

-- name: live_in_type
SELECT id, account_id, contact_type_id, name, rule, created_at, updated_at, description
FROM segments WHERE id = ? AND contact_type_id = ? AND deleted_at IS NULL;

-- name: live_by_id
SELECT id, account_id, contact_type_id, name, rule, created_at, updated_at, description
FROM segments WHERE id = ? AND account_id = ? AND deleted_at IS NULL;

-- name: live_by_name
SELECT id, account_id, contact_type_id, name, rule, created_at, updated_at, description
FROM segments WHERE (name_key = ?1 OR name_key = ?2 AND name = ?3) AND account_id = ?4 AND deleted_at IS NULL
ORDER BY name = ?3 DESC, id LIMIT 1;
-- Names that only earlier versions distinguished keep their old keys: see migration 0011.

-- name: update
UPDATE segments SET name_key = CASE WHEN name = ?1 THEN name_key ELSE ?2 END, name = ?1, rule = ?3, updated_at = ?4,
    description = ?5
WHERE id = ?6;

-- name: delete
UPDATE segments SET deleted_at = ?, updated_at = ? WHERE id = ?;

-- name: zones_of_live
SELECT s.id, a.timezone FROM segments s JOIN accounts a ON a.id = s.account_id WHERE s.deleted_at IS NULL ORDER BY s.id;

-- name: zones_of_all
SELECT s.id, a.timezone FROM segments s JOIN accounts a ON a.id = s.account_id ORDER BY s.id;

-- name: names
SELECT id, name, deleted_at IS NULL FROM segments WHERE contact_type_id = ? AND id IN (SELECT value FROM json_each(?));

-- name: record_included_elsewhere
INSERT INTO change_log (subject, contact_type_id, segment_id, inclusion_id, changed_at, cause)
SELECT 'recipient', s.contact_type_id, s.id, a.id, ?1, ?2
FROM inclusions a JOIN segments s ON s.id = a.segment_id
WHERE a.segment_id = ?3
    AND EXISTS (SELECT 1 FROM inclusions other WHERE other.person_id = a.person_id AND other.id <> a.id);
-- For an email included in other segments, too, the name given here is no longer the latest.
