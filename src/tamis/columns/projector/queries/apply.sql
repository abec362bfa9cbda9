-- name: delete_contacts
DELETE FROM {contacts} WHERE id IN (SELECT contact_id FROM dirty WHERE instant IS NOT NULL)

-- name: insert_contacts
INSERT INTO {contacts} BY NAME
SELECT * FROM staged_contacts WHERE id IN (SELECT contact_id FROM dirty WHERE instant IS NOT NULL)

-- name: delete_added
DELETE FROM added WHERE id IN (SELECT id FROM touched_additions WHERE instant >= $since AND instant < $end)

-- name: insert_added
INSERT INTO added
SELECT * FROM staged_added
WHERE id IN (SELECT id FROM touched_additions WHERE instant >= $since AND instant < $end)

-- name: delete_excluded
DELETE FROM removed WHERE contact_id IN (SELECT contact_id FROM dirty WHERE instant IS NOT NULL)

-- name: insert_excluded
INSERT INTO removed
SELECT * FROM staged_excluded WHERE contact_id IN (SELECT contact_id FROM dirty WHERE instant IS NOT NULL)

-- name: delete_excluded_externals
DELETE FROM removed WHERE contact_id IN (SELECT (1::BIGINT << 31) | person_id FROM dirty_externals)

-- name: insert_excluded_externals
INSERT INTO removed
SELECT * FROM staged_excluded WHERE contact_id IN (SELECT (1::BIGINT << 31) | person_id FROM dirty_externals)
