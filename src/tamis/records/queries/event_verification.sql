-- name: blocks
SELECT id, run_id, first_contact_id, last_contact_id, events, lines FROM event_blocks
ORDER BY run_id, last_contact_id, id;

-- name: counts_of_rows
SELECT name_id, count(*) FROM events GROUP BY name_id;

-- name: counts_of_names
SELECT id, count FROM event_names;

-- name: contacts_of_rows
SELECT DISTINCT contact_id FROM events;

-- name: missing_contacts
SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM contacts);

-- name: sample_contacts
SELECT DISTINCT contact_id FROM (SELECT contact_id FROM events ORDER BY random() LIMIT ?1) AS rows
UNION SELECT first_contact_id FROM (SELECT first_contact_id FROM event_blocks ORDER BY random() LIMIT ?1) AS blocks;
