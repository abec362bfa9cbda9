-- name: changed_since
CREATE OR REPLACE TEMP TABLE changed_since AS
SELECT DISTINCT unnest(coalesce(g.ids, range(g.first, g.end))) AS id
FROM (
    SELECT unnest(from_json($groups, '[{"ids":["BIGINT"],"first":"BIGINT","end":"BIGINT"}]')) AS g
)

-- name: detached_contacts
CREATE OR REPLACE TEMP TABLE detached_contacts AS FROM {contacts} WHERE id IN (SELECT id FROM changed_since)

-- name: delete_changed
DELETE FROM {contacts} WHERE id IN (SELECT id FROM changed_since)

-- name: reattach_changed
INSERT INTO {contacts} BY NAME FROM detached_contacts

-- name: externals_changed_since
CREATE OR REPLACE TEMP TABLE externals_changed_since AS
SELECT id, max(instant) AS instant, arg_max(cause, instant) AS cause
FROM (
    SELECT (1::BIGINT << 31) | id AS id, instant, cause FROM changed_inclusions
    UNION ALL
    SELECT recipient_id & 4294967295, t.instant, t.cause FROM changed_inclusions t JOIN inclusions USING (id)
    UNION ALL
    SELECT (1::BIGINT << 31) | person_id, t.instant, t.cause FROM changed_inclusions t JOIN inclusions USING (id)
)
GROUP BY id
-- For an inclusion that is gone, the change log may have the id of the person instead.

-- name: entries
INSERT INTO pending_changes
SELECT 0, recipient_id, 1, coalesce(t.instant, $instant), coalesce(t.cause, $cause), 0
FROM target_recipients ANTI JOIN current_recipients USING (recipient_id)
LEFT JOIN changed_contacts t ON t.id = recipient_id & 4294967295 AND t.instant > $after

-- name: entries_with_externals
INSERT INTO pending_changes
SELECT 0, recipient_id, 1, coalesce(t.instant, e.instant, $instant), coalesce(t.cause, e.cause, $cause), 0
FROM target_recipients ANTI JOIN current_recipients USING (recipient_id)
LEFT JOIN changed_contacts t ON t.id = recipient_id & 4294967295 AND t.instant > $after
LEFT JOIN externals_changed_since e ON e.id = recipient_id & 4294967295 AND e.instant > $after

-- name: exits
INSERT INTO pending_changes
SELECT 0, recipient_id, -1, coalesce(t.instant, $instant), coalesce(t.cause, $cause), 0
FROM current_recipients ANTI JOIN target_recipients USING (recipient_id)
LEFT JOIN changed_contacts t ON t.id = recipient_id & 4294967295 AND t.instant > $after

-- name: exits_with_externals
INSERT INTO pending_changes
SELECT 0, recipient_id, -1, coalesce(t.instant, e.instant, $instant), coalesce(t.cause, e.cause, $cause), 0
FROM current_recipients ANTI JOIN target_recipients USING (recipient_id)
LEFT JOIN changed_contacts t ON t.id = recipient_id & 4294967295 AND t.instant > $after
LEFT JOIN externals_changed_since e ON e.id = recipient_id & 4294967295 AND e.instant > $after
