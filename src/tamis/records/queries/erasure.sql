-- name: note
INSERT INTO pending_erasure (id, change, since) VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE SET change = excluded.change;

-- name: pending
SELECT change, since FROM pending_erasure;

-- name: done
DELETE FROM pending_erasure WHERE change <= ?;
