-- Functions of SQLite that statements of the records use, so that one text serves both engines. A document is a JSON
-- object, and a path names one of its members: $."12" or $.name. Members keep their order and their spelling, as in
-- SQLite.

CREATE OR REPLACE FUNCTION member(path text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN trim(BOTH '"' FROM substr(path, 3));

CREATE OR REPLACE FUNCTION json_each(numbers text) RETURNS TABLE (key bigint, value bigint)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 500 AS $$
    SELECT place - 1, number::bigint FROM json_array_elements_text(numbers::json) WITH ORDINALITY AS listed (number, place)
$$;

CREATE OR REPLACE FUNCTION json_texts(texts text) RETURNS TABLE (value text)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 500 AS $$
    SELECT listed.value COLLATE "C" FROM json_array_elements_text(texts::json) AS listed (value)
$$;

CREATE OR REPLACE FUNCTION json_array_length(list text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN json_array_length(list::json);

CREATE OR REPLACE FUNCTION json_quote(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN to_json(value)::text;

CREATE OR REPLACE FUNCTION json(value text) RETURNS json LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CAST(value AS json);

CREATE OR REPLACE FUNCTION iif(condition bigint, one text, other text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN condition <> 0 THEN one ELSE other END;

CREATE OR REPLACE FUNCTION array_text(list anycompatiblearray) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_json(list)::text
$$;

CREATE OR REPLACE AGGREGATE json_group_array(anycompatible) (
    SFUNC = array_append, STYPE = anycompatiblearray, INITCOND = '{}', FINALFUNC = array_text
);

CREATE OR REPLACE FUNCTION add_member(members text, key text, value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN members || CASE members WHEN '' THEN '' ELSE ',' END || to_json(key)::text || ':'
    || coalesce(to_json(value)::text, 'null');

CREATE OR REPLACE FUNCTION in_braces(members text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{' || members || '}';

CREATE OR REPLACE AGGREGATE json_group_object(key text, value text) (
    SFUNC = add_member, STYPE = text, INITCOND = '', FINALFUNC = in_braces
);

CREATE OR REPLACE FUNCTION json_type(document text, path text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN json_typeof(document::json -> member(path));

CREATE OR REPLACE FUNCTION json_remove(document text, path text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT '{' || coalesce(string_agg(to_json(key)::text || ':' || value::text, ',' ORDER BY place), '') || '}'
    FROM json_each(document::json) WITH ORDINALITY AS members (key, value, place) WHERE key <> member(path)
$$;

CREATE OR REPLACE FUNCTION json_patch(document text, patch text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT '{' || coalesce(string_agg(to_json(key)::text || ':' || value, ',' ORDER BY place), '') || '}'
    FROM (
        SELECT coalesce(d.key, p.key) AS key, coalesce(p.value, d.value)::text AS value,
            coalesce(d.place, p.place + 1000000) AS place
        FROM json_each(document::json) WITH ORDINALITY AS d (key, value, place)
        FULL JOIN json_each(patch::json) WITH ORDINALITY AS p (key, value, place) USING (key)
    ) AS members WHERE value <> 'null'
$$;

CREATE OR REPLACE FUNCTION json_set(document text, path text, value json) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT '{' || string_agg(to_json(key)::text || ':' || value::text, ',' ORDER BY place) || '}'
    FROM (
        SELECT key, CASE key WHEN member(path) THEN json_set.value ELSE members.value END AS value, place
        FROM json_each(document::json) WITH ORDINALITY AS members (key, value, place)
        UNION ALL
        SELECT member(path), json_set.value, 1000000 WHERE document::json -> member(path) IS NULL
    ) AS members
$$;

CREATE OR REPLACE FUNCTION max(one bigint, other bigint) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN greatest(one, other);

CREATE OR REPLACE FUNCTION min(one bigint, other bigint) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN least(one, other);

CREATE OR REPLACE FUNCTION instr(value text, part text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN strpos(value, part);

-- Bytes as a text in which ASCII is in lower case and everything else escaped, to search for other bytes.
CREATE OR REPLACE FUNCTION searchable(value bytea) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(encode(value, 'escape') COLLATE "C");

CREATE OR REPLACE FUNCTION email_hash(pepper bytea, email_key text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN encode(hmac(convert_to(email_key, 'UTF8'), pepper, 'sha256'), 'hex');

-- Close to `domain/text.fold`, which only Python has; for searches of the audit log.
CREATE OR REPLACE FUNCTION fold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN normalize(replace(replace(lower(normalize(value, NFD) COLLATE "und-x-icu"), 'ß', 'ss'), 'ς', 'σ'), NFC);

-- Keeps the last number given of a table, as SQLite does: no number is given twice, even if its row was deleted.
CREATE OR REPLACE FUNCTION keep_given_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    highest bigint;
BEGIN
    EXECUTE format('SELECT max(%I) FROM deleted', TG_ARGV[0]) INTO highest;
    IF highest IS NOT NULL THEN
        INSERT INTO given_numbers AS g (name, seq) VALUES (TG_TABLE_NAME, highest)
        ON CONFLICT (name) DO UPDATE SET seq = excluded.seq WHERE g.seq < excluded.seq;
    END IF;
    RETURN NULL;
END
$$;

-- Staged rows are numbered from 1 on, whatever was rolled back before.
CREATE OR REPLACE FUNCTION make_batch() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMPORARY TABLE IF NOT EXISTS batch (
        number bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
        email text COLLATE "C" NOT NULL,
        email_key text COLLATE "C" NOT NULL,
        document text COLLATE "C" NOT NULL
    );
    TRUNCATE pg_temp.batch RESTART IDENTITY;
END
$$;
