-- name: changes
INSERT INTO membership_changes
SELECT $window_number, segment_id << 32 | contact_id, CASE WHEN now IS TRUE THEN 1 ELSE -1 END, instant, cause, k
FROM (
    SELECT b.contact_id, b.k, b.instant, b.cause,
           unnest($asked::BIGINT[]) AS segment_id, unnest(a.held) AS was, unnest(b.held) AS now
    FROM answers b JOIN answers a ON a.contact_id = b.contact_id AND a.k = b.k - 1
    WHERE a.held IS DISTINCT FROM b.held
)
WHERE (was IS TRUE) <> (now IS TRUE)

-- name: changes_with_overrides
INSERT INTO membership_changes
SELECT $window_number, segment_id << 32 | contact_id, CASE WHEN now IS TRUE THEN 1 ELSE -1 END, instant, cause, k
FROM (
    SELECT d.* REPLACE (coalesce(o0.present, was) AS was, coalesce(o1.present, now) AS now)
    FROM (
        SELECT b.contact_id, b.k, b.instant, b.cause, a.version AS version_before, b.version,
               unnest($asked::BIGINT[]) AS segment_id, unnest(a.held) AS was, unnest(b.held) AS now
        FROM answers b JOIN answers a ON a.contact_id = b.contact_id AND a.k = b.k - 1
        WHERE a.held IS DISTINCT FROM b.held OR b.contact_id IN (SELECT contact_id FROM overrides)
    ) d
    LEFT JOIN overrides o0
        ON o0.contact_id = d.contact_id AND o0.segment_id = d.segment_id AND o0.version = d.version_before
    LEFT JOIN overrides o1
        ON o1.contact_id = d.contact_id AND o1.segment_id = d.segment_id AND o1.version = d.version
)
WHERE (was IS TRUE) <> (now IS TRUE)
-- Addresses that were added as no contacts are left out (see `externals`): whether one of them is a contact now says
-- nothing of it.

-- name: insert_changes
INSERT INTO membership_changes
SELECT $1, unnest($2::BIGINT[]), unnest($3::TINYINT[]), unnest($4::TIMESTAMP[]), unnest($5::VARCHAR[]),
       unnest($6::INTEGER[])

-- name: new_entries
CREATE OR REPLACE TEMP TABLE new_entries (
    window_number INTEGER, recipient_id BIGINT, step TINYINT, instant TIMESTAMP, cause VARCHAR, k INTEGER
)
