-- name: staged_contacts
CREATE OR REPLACE TEMP TABLE staged_contacts AS FROM {contacts} LIMIT 0

-- name: touched
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

-- name: touched_additions_to_deleted
INSERT INTO touched_additions
SELECT id, $now, $cause FROM added
WHERE segment_id IN (SELECT unnest($deleted::BIGINT[])) AND id NOT IN (SELECT id FROM touched_additions)

-- name: staged_added
CREATE OR REPLACE TEMP TABLE staged_added AS FROM added LIMIT 0

-- name: staged_excluded
CREATE OR REPLACE TEMP TABLE staged_excluded AS FROM removed LIMIT 0

-- name: added_rows
SELECT unnest($1::BIGINT[]), unnest($2::BIGINT[]), unnest($3::BIGINT[]), unnest($4::BIGINT[]),
       unnest($5::VARCHAR[]), unnest($6::VARCHAR[]), unnest($7::VARCHAR[]),
       make_timestamp(unnest($8::BIGINT[])), unnest($9::BIGINT[]),
       unnest($10::VARCHAR[]), unnest($11::VARCHAR[]), unnest($12::VARCHAR[])

-- name: excluded_rows
SELECT unnest($1::BIGINT[]), unnest($2::BIGINT[])

-- name: membership_changes
CREATE OR REPLACE TEMP TABLE membership_changes (
    window_number INTEGER, recipient_id BIGINT, step TINYINT, instant TIMESTAMP, cause VARCHAR, k INTEGER
)
