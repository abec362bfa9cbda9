-- name: make
CREATE TEMP TABLE IF NOT EXISTS batch (
    number INTEGER PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    document TEXT NOT NULL
) STRICT;

-- name: add
INSERT INTO temp.batch (email, email_key, document) VALUES (?, ?, ?);

-- name: compare
SELECT count(*), json_group_array(b.number) FILTER (WHERE NOT (c.email = b.email AND (
    c.field_values = b.document OR json_patch(
        c.field_values, CASE WHEN ?2 = '{}' THEN b.document ELSE json_patch(?2, b.document) END
    ) = c.field_values
)))
FROM temp.batch b CROSS JOIN contacts c ON c.contact_type_id = ?1 AND c.email_key = b.email_key;
-- What is stated wins, a null takes a value away, and the rest stays: so a patch that changes nothing is a row that does.

-- name: known
SELECT b.number
FROM temp.batch b CROSS JOIN contacts c ON c.contact_type_id = ? AND c.email_key = b.email_key;

-- name: changed
SELECT b.number, c.id, b.email, b.document, c.email, c.field_values
FROM json_each(?2) d CROSS JOIN temp.batch b ON b.number = d.value
CROSS JOIN contacts c ON c.contact_type_id = ?1 AND c.email_key = b.email_key;

-- name: drop_known
DELETE FROM temp.batch
WHERE EXISTS (SELECT 1 FROM contacts c WHERE c.contact_type_id = ? AND c.email_key = batch.email_key);

-- name: insert
INSERT INTO contacts (contact_type_id, email, email_key, field_values, created_at, updated_at, import_id)
SELECT ?1, email, email_key,
    CASE WHEN document LIKE '%:null%' THEN json_patch('{}', document) ELSE document END, ?2, ?2, ?3
FROM temp.batch ORDER BY number;

-- name: clear
DELETE FROM temp.batch;

-- name: last_id
SELECT seq FROM sqlite_sequence WHERE name = 'contacts';
