-- name: stage_contacts
INSERT INTO staged_contacts BY NAME
SELECT * FROM {contacts} WHERE id IN (SELECT id FROM event_contacts) AND id NOT IN (SELECT id FROM changed_contacts)

-- name: stage_inclusions
INSERT INTO staged_inclusions
SELECT * FROM inclusions
WHERE contact_id IN (SELECT id FROM event_contacts) AND contact_id NOT IN (SELECT id FROM changed_contacts)
  AND id NOT IN (SELECT id FROM changed_inclusions)

-- name: stage_exclusions
INSERT INTO staged_exclusions
SELECT * FROM exclusions
WHERE contact_id IN (SELECT id FROM event_contacts) AND contact_id NOT IN (SELECT id FROM changed_contacts)

-- name: update_changed
UPDATE changed_contacts SET instant = e.instant, cause = e.cause
FROM event_contacts e WHERE e.id = changed_contacts.id AND e.instant > changed_contacts.instant

-- name: insert_changed
INSERT INTO changed_contacts
SELECT id, max(instant), arg_max(cause, instant)
FROM event_contacts WHERE id NOT IN (SELECT id FROM changed_contacts) GROUP BY id

-- name: deleted_contacts
CREATE OR REPLACE TEMP TABLE deleted_contacts AS
SELECT contact_id AS id FROM dirty WHERE instant IS NOT NULL AND contact_id NOT IN (SELECT id FROM staged_contacts)
