-- name: dirty_of_window
CREATE OR REPLACE TEMP TABLE dirty AS
SELECT id AS contact_id, greatest(instant, $floor::TIMESTAMP) AS instant, cause
FROM changed_contacts WHERE instant >= $since AND instant < $end

-- name: dirty_but_new_contacts
CREATE OR REPLACE TEMP TABLE dirty AS
SELECT id AS contact_id, greatest(instant, $floor::TIMESTAMP) AS instant, cause
FROM changed_contacts ANTI JOIN new_contacts USING (id) WHERE instant >= $since AND instant < $end

-- name: dirty_at_midnight
CREATE OR REPLACE TEMP TABLE dirty (contact_id BIGINT, instant TIMESTAMP, cause VARCHAR)

-- name: dirty_externals
CREATE OR REPLACE TEMP TABLE dirty_externals AS
SELECT person_id, max(instant) AS instant, arg_max(cause, instant) AS cause
FROM (
    SELECT id AS person_id, instant, cause FROM changed_inclusions WHERE instant >= $since AND instant < $end
    UNION ALL
    SELECT a.person_id, t.instant, t.cause
    FROM changed_inclusions t
    JOIN (SELECT id, person_id FROM inclusions UNION SELECT id, person_id FROM staged_inclusions) a ON a.id = t.id
    WHERE t.instant >= $since AND t.instant < $end
)
GROUP BY person_id
-- For an inclusion that is gone, the change log may have the id of the person instead.
