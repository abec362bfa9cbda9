-- name: find
SELECT fingerprint, created_at, outcome, status, headers, body FROM idempotent_requests WHERE account_id = ? AND key = ?;

-- name: store_outcome
INSERT INTO idempotent_requests (account_id, key, fingerprint, created_at, outcome) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (account_id, key) DO UPDATE SET
    fingerprint = excluded.fingerprint, created_at = excluded.created_at, outcome = excluded.outcome,
    status = NULL, headers = NULL, body = NULL;

-- name: store_answer
INSERT INTO idempotent_requests (account_id, key, fingerprint, created_at, status, headers, body)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (account_id, key) DO UPDATE SET
    fingerprint = excluded.fingerprint, status = excluded.status, headers = excluded.headers, body = excluded.body;

-- name: delete_before
DELETE FROM idempotent_requests WHERE created_at < ?;

-- name: delete_with_text
DELETE FROM idempotent_requests
WHERE account_id = ? AND (instr(CAST(lower(CAST(body AS TEXT)) AS BLOB), ?) OR instr(CAST(lower(CAST(outcome AS TEXT)) AS BLOB), ?));

-- name: find_chunk
SELECT digest, results FROM idempotent_chunks WHERE account_id = ? AND key = ? AND number = ? AND created_at > ?;

-- name: store_chunk
INSERT INTO idempotent_chunks (account_id, key, number, digest, results, created_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (account_id, key, number) DO UPDATE SET
    digest = excluded.digest, results = excluded.results, created_at = excluded.created_at;

-- name: delete_chunks
DELETE FROM idempotent_chunks WHERE account_id = ? AND key = ?;

-- name: delete_chunks_before
DELETE FROM idempotent_chunks WHERE created_at < ?;

-- name: delete_chunks_with_text
DELETE FROM idempotent_chunks WHERE account_id = ? AND instr(CAST(lower(CAST(results AS TEXT)) AS BLOB), ?);
