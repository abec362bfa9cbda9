-- name: changes
INSERT INTO pending_changes
SELECT $window_number, segment_id << 32 | contact_id, CASE WHEN now IS TRUE THEN 1 ELSE -1 END, instant, cause, seq
FROM (
    SELECT b.contact_id, b.seq, b.instant, b.cause,
           unnest($segment_ids::BIGINT[]) AS segment_id, unnest(a.results) AS was, unnest(b.results) AS now
    FROM rule_results b JOIN rule_results a ON a.contact_id = b.contact_id AND a.seq = b.seq - 1
    WHERE a.results IS DISTINCT FROM b.results
)
WHERE (was IS TRUE) <> (now IS TRUE)

-- name: changes_with_overrides
INSERT INTO pending_changes
SELECT $window_number, segment_id << 32 | contact_id, CASE WHEN now IS TRUE THEN 1 ELSE -1 END, instant, cause, seq
FROM (
    SELECT d.* REPLACE (coalesce(o0.is_recipient, was) AS was, coalesce(o1.is_recipient, now) AS now)
    FROM (
        SELECT b.contact_id, b.seq, b.instant, b.cause, a.version AS version_before, b.version,
               unnest($segment_ids::BIGINT[]) AS segment_id, unnest(a.results) AS was, unnest(b.results) AS now
        FROM rule_results b JOIN rule_results a ON a.contact_id = b.contact_id AND a.seq = b.seq - 1
        WHERE a.results IS DISTINCT FROM b.results OR b.contact_id IN (SELECT contact_id FROM overrides)
    ) d
    LEFT JOIN overrides o0
        ON o0.contact_id = d.contact_id AND o0.segment_id = d.segment_id AND o0.version = d.version_before
    LEFT JOIN overrides o1
        ON o1.contact_id = d.contact_id AND o1.segment_id = d.segment_id AND o1.version = d.version
)
WHERE (was IS TRUE) <> (now IS TRUE)
-- External recipients are left out (see `externals`), also those whose email is a contact's now.

-- name: insert_changes
INSERT INTO pending_changes
SELECT $1, unnest($2::BIGINT[]), unnest($3::TINYINT[]), unnest($4::TIMESTAMP[]), unnest($5::VARCHAR[]),
       unnest($6::INTEGER[])

-- name: new_entries
CREATE OR REPLACE TEMP TABLE new_entries (
    window_number INTEGER, recipient_id BIGINT, delta TINYINT, instant TIMESTAMP, cause VARCHAR, seq INTEGER
)
