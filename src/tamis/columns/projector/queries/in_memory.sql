-- name: exclusions
SELECT segment_id, contact_id FROM exclusions WHERE contact_id IN (SELECT unnest($1::BIGINT[]))

-- name: take_exclusions
DELETE FROM exclusions WHERE contact_id IN (SELECT unnest($1::BIGINT[])) RETURNING segment_id, contact_id

-- name: insert_exclusions
INSERT INTO exclusions SELECT unnest($1::BIGINT[]), unnest($2::BIGINT[])

-- name: log
INSERT INTO membership_changes
SELECT unnest($1::BIGINT[]), unnest($2::BIGINT[]), unnest($3::TINYINT[]), make_timestamp(unnest($4::BIGINT[])),
       unnest($5::VARCHAR[])

-- name: merge_recent
MERGE INTO recent_changes USING (
    SELECT unnest($1::BIGINT[]) AS recipient_id, unnest($2::TINYINT[]) AS delta,
           make_timestamp(unnest($3::BIGINT[])) AS instant
) USING (recipient_id)
WHEN MATCHED THEN UPDATE
WHEN NOT MATCHED THEN INSERT
