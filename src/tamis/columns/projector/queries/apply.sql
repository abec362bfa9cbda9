-- name: delete_contacts
DELETE FROM {contacts} WHERE id IN (SELECT contact_id FROM dirty WHERE instant IS NOT NULL)

-- name: insert_contacts
INSERT INTO {contacts} BY NAME
SELECT * FROM staged_contacts WHERE id IN (SELECT contact_id FROM dirty WHERE instant IS NOT NULL)

-- name: delete_inclusions
DELETE FROM inclusions WHERE id IN (SELECT id FROM changed_inclusions WHERE instant >= $since AND instant < $end)

-- name: insert_inclusions
INSERT INTO inclusions
SELECT * FROM staged_inclusions
WHERE id IN (SELECT id FROM changed_inclusions WHERE instant >= $since AND instant < $end)

-- name: delete_exclusions
DELETE FROM exclusions WHERE contact_id IN (SELECT contact_id FROM dirty WHERE instant IS NOT NULL)

-- name: insert_exclusions
INSERT INTO exclusions
SELECT * FROM staged_exclusions WHERE contact_id IN (SELECT contact_id FROM dirty WHERE instant IS NOT NULL)

-- name: delete_external_exclusions
DELETE FROM exclusions WHERE contact_id IN (SELECT (1::BIGINT << 31) | person_id FROM dirty_externals)

-- name: insert_external_exclusions
INSERT INTO exclusions
SELECT * FROM staged_exclusions WHERE contact_id IN (SELECT (1::BIGINT << 31) | person_id FROM dirty_externals)
