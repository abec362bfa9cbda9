-- name: delete_contacts
DELETE FROM {contacts} WHERE id IN (SELECT unnest($1::BIGINT[]))

-- name: exclusions
SELECT segment_id, contact_id FROM exclusions WHERE contact_id IN (SELECT unnest($1::BIGINT[]))

-- name: delete_exclusions
DELETE FROM exclusions WHERE contact_id IN (SELECT unnest($1::BIGINT[]))

-- name: insert_exclusions
INSERT INTO exclusions SELECT unnest($1::BIGINT[]), unnest($2::BIGINT[])

-- name: log
INSERT INTO membership_changes
SELECT unnest($1::BIGINT[]), unnest($2::BIGINT[]), unnest($3::TINYINT[]), make_timestamp(unnest($4::BIGINT[])),
       unnest($5::VARCHAR[])

-- name: delete_recent
DELETE FROM recent_changes WHERE recipient_id IN (SELECT unnest($1::BIGINT[]))

-- name: insert_recent
INSERT INTO recent_changes
SELECT unnest($1::BIGINT[]), unnest($2::TINYINT[]), make_timestamp(unnest($3::BIGINT[]))
