-- name: delete_with_text
-- instead of f09ac800
DELETE FROM idempotent_requests
WHERE account_id = ? AND (
    strpos(searchable(body), searchable(?)) > 0 OR strpos(searchable(outcome), searchable(?)) > 0
);

-- name: delete_chunks_with_text
-- instead of 73238971
DELETE FROM idempotent_chunks WHERE account_id = ? AND strpos(searchable(results), searchable(?)) > 0;
