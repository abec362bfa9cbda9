-- name: touched_since
CREATE OR REPLACE TEMP TABLE touched_since AS
SELECT DISTINCT unnest(coalesce(g.ids, range(g.first, g.end))) AS id
FROM (
    SELECT unnest(from_json($groups, '[{"ids":["BIGINT"],"first":"BIGINT","end":"BIGINT"}]')) AS g
)

-- name: held_back
CREATE OR REPLACE TEMP TABLE held_back AS FROM {contacts} WHERE id IN (SELECT id FROM touched_since)

-- name: take_out
DELETE FROM {contacts} WHERE id IN (SELECT id FROM touched_since)

-- name: put_back
INSERT INTO {contacts} BY NAME FROM held_back

-- name: externals_since
CREATE OR REPLACE TEMP TABLE externals_since AS
SELECT id, max(instant) AS instant, arg_max(cause, instant) AS cause
FROM (
    SELECT (1::BIGINT << 31) | id AS id, instant, cause FROM touched_additions
    UNION ALL
    SELECT recipient_id & 4294967295, t.instant, t.cause FROM touched_additions t JOIN added USING (id)
    UNION ALL
    SELECT (1::BIGINT << 31) | person_id, t.instant, t.cause FROM touched_additions t JOIN added USING (id)
)
GROUP BY id
-- Of additions that there are no more, the number of the person may have been touched instead.

-- name: entries
INSERT INTO membership_changes
SELECT 0, recipient_id, 1, coalesce(t.instant, $instant), coalesce(t.cause, $cause), 0
FROM recipients_wanted ANTI JOIN recipients_present USING (recipient_id)
LEFT JOIN touched_contacts t ON t.id = recipient_id & 4294967295 AND t.instant > $after

-- name: entries_with_externals
INSERT INTO membership_changes
SELECT 0, recipient_id, 1, coalesce(t.instant, e.instant, $instant), coalesce(t.cause, e.cause, $cause), 0
FROM recipients_wanted ANTI JOIN recipients_present USING (recipient_id)
LEFT JOIN touched_contacts t ON t.id = recipient_id & 4294967295 AND t.instant > $after
LEFT JOIN externals_since e ON e.id = recipient_id & 4294967295 AND e.instant > $after

-- name: exits
INSERT INTO membership_changes
SELECT 0, recipient_id, -1, coalesce(t.instant, $instant), coalesce(t.cause, $cause), 0
FROM recipients_present ANTI JOIN recipients_wanted USING (recipient_id)
LEFT JOIN touched_contacts t ON t.id = recipient_id & 4294967295 AND t.instant > $after

-- name: exits_with_externals
INSERT INTO membership_changes
SELECT 0, recipient_id, -1, coalesce(t.instant, e.instant, $instant), coalesce(t.cause, e.cause, $cause), 0
FROM recipients_present ANTI JOIN recipients_wanted USING (recipient_id)
LEFT JOIN touched_contacts t ON t.id = recipient_id & 4294967295 AND t.instant > $after
LEFT JOIN externals_since e ON e.id = recipient_id & 4294967295 AND e.instant > $after
