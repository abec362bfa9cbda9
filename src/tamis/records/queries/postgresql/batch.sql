-- name: make
-- instead of 417a95a9
SELECT make_batch();

-- name: add
-- instead of b26f62ad
COPY pg_temp.batch (email, email_key, document) FROM STDIN;

-- name: clear
-- instead of f73cec40
TRUNCATE pg_temp.batch;
