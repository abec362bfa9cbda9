-- name: note
INSERT INTO erasure (id, change, since) VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET change = excluded.change;

-- name: pending
SELECT change, since FROM erasure;

-- name: done
DELETE FROM erasure WHERE change <= ?;
