-- name: contents
-- instead of 02d187d8
SELECT given.place - 1, e.at, e.properties
FROM json_array_elements(CAST(? AS json)) WITH ORDINALITY AS given (key, place) JOIN events e
    ON e.contact_id = (given.key ->> 0)::bigint AND e.name_id = (given.key ->> 1)::bigint
    AND e.identity = decode(given.key ->> 2, 'hex');

-- name: of_contacts
-- instead of bb0ae823
SELECT contact_id, name_id, at, occurrence, key, properties, change FROM events
WHERE contact_id IN (SELECT value FROM json_each(?1))
    AND (?2::text IS NULL OR name_id IN (SELECT value FROM json_each(?2)));
