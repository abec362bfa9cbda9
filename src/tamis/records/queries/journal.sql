-- name: note_created
INSERT INTO import_ranges (import_id, first_id, last_id) VALUES (?, ?, ?);

-- name: note_changed
INSERT OR IGNORE INTO import_befores (import_id, contact_id, email, field_values, updated_at, import_before)
SELECT ?1, id, email, field_values, updated_at, import_id FROM contacts
WHERE id IN (SELECT value FROM json_each(?2)) AND NOT EXISTS (
    SELECT 1 FROM import_ranges r WHERE r.import_id = ?1 AND contacts.id BETWEEN r.first_id AND r.last_id
)
ORDER BY id;

-- name: forget_contact
DELETE FROM import_befores WHERE contact_id = ?;

-- name: forget_field
UPDATE import_befores SET field_values = json_remove(field_values, ?1) WHERE json_type(field_values, ?1) IS NOT NULL;
