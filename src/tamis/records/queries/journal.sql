-- name: record_created
INSERT INTO import_ranges (import_id, first_id, last_id) VALUES (?, ?, ?);

-- name: record_changed
INSERT INTO import_prior_values (import_id, contact_id, email, field_values, updated_at, prior_import_id)
SELECT ?1, id, email, field_values, updated_at, import_id FROM contacts
WHERE id IN (SELECT value FROM json_each(?2)) AND NOT EXISTS (
    SELECT 1 FROM import_ranges r WHERE r.import_id = ?1 AND contacts.id BETWEEN r.first_id AND r.last_id
)
ORDER BY id ON CONFLICT DO NOTHING;

-- name: drop_contact
DELETE FROM import_prior_values WHERE contact_id = ?;

-- name: change_email
UPDATE import_prior_values SET email = ? WHERE contact_id = ?;

-- name: drop_field
UPDATE import_prior_values SET field_values = json_remove(field_values, ?1) WHERE json_type(field_values, ?1) IS NOT NULL;

-- name: expired
SELECT id FROM imports i WHERE coalesce(finished_at, started_at) < ? AND (
    EXISTS (SELECT 1 FROM import_ranges r WHERE r.import_id = i.id)
    OR EXISTS (SELECT 1 FROM import_prior_values b WHERE b.import_id = i.id)
);

-- name: mark_dropped
UPDATE imports SET report = json_set(report, '$.journal_dropped', json('true')) WHERE id = ?;

-- name: drop_ranges
DELETE FROM import_ranges WHERE import_id = ?;

-- name: drop_some_previous
DELETE FROM import_prior_values WHERE import_id = ?1 AND contact_id IN (
    SELECT contact_id FROM import_prior_values WHERE import_id = ?1 ORDER BY contact_id LIMIT ?2
);

-- name: prior_values_of_contact
SELECT import_id, email, field_values, updated_at FROM import_prior_values WHERE contact_id = ? ORDER BY import_id;
