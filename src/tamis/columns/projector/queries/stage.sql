-- name: staged_contacts
CREATE OR REPLACE TEMP TABLE staged_contacts AS FROM {contacts} LIMIT 0

-- name: changed_ids
SELECT id, arg_max(instant, n) AS instant, arg_max(cause, n) AS cause
FROM (
    SELECT n, make_timestamp(g.instant) AS instant, g.cause AS cause,
           unnest(coalesce(g.ids, range(g.first, g.end))) AS id
    FROM (
        SELECT unnest(g) AS g, generate_subscripts(g, 1) AS n
        FROM (
            SELECT from_json(
                $groups,
                '[{"instant":"BIGINT","cause":"VARCHAR","ids":["BIGINT"],"first":"BIGINT","end":"BIGINT"}]'
            ) AS g
        )
    )
)
GROUP BY id

-- name: listed_ids
SELECT unnest($1::BIGINT[]) AS id, unnest($2::TIMESTAMP[]) AS instant, unnest($3::VARCHAR[]) AS cause

-- name: changed_inclusions_of_deleted
INSERT INTO changed_inclusions
SELECT id, $now, $cause FROM inclusions
WHERE segment_id IN (SELECT unnest($deleted::BIGINT[])) AND id NOT IN (SELECT id FROM changed_inclusions)

-- name: staged_inclusions
CREATE OR REPLACE TEMP TABLE staged_inclusions AS FROM inclusions LIMIT 0

-- name: staged_exclusions
CREATE OR REPLACE TEMP TABLE staged_exclusions AS FROM exclusions LIMIT 0

-- name: inclusion_rows
SELECT unnest($1::BIGINT[]), unnest($2::BIGINT[]), unnest($3::BIGINT[]), unnest($4::BIGINT[]),
       unnest($5::VARCHAR[]), unnest($6::VARCHAR[]), unnest($7::VARCHAR[]),
       make_timestamp(unnest($8::BIGINT[])), unnest($9::BIGINT[]),
       unnest($10::INTEGER[])::BOOLEAN, unnest($11::VARCHAR[]), unnest($12::VARCHAR[]), unnest($13::VARCHAR[])

-- name: exclusion_rows
SELECT unnest($1::BIGINT[]), unnest($2::BIGINT[])

-- name: pending_changes
CREATE OR REPLACE TEMP TABLE pending_changes (
    window_number INTEGER, recipient_id BIGINT, delta TINYINT, instant TIMESTAMP, cause VARCHAR, seq INTEGER
)
