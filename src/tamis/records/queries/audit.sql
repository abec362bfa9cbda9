-- name: insert
INSERT INTO audit_log
    (account_id, at, actor_kind, actor_id, actor_name, address, action, subject_kind, subject_id, subject_name, details)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: page
SELECT id, at, actor_kind, actor_id, who, address, action, subject_kind, subject_id, what, details
FROM (
    SELECT l.id, at, actor_kind, actor_id, address, action, subject_kind, subject_id, details,
        coalesce(u.email, actor_name) AS who,
        CASE subject_kind
            WHEN 'user' THEN coalesce((SELECT email FROM users WHERE users.id = CAST(subject_id AS INTEGER)), '')
            WHEN 'account' THEN coalesce((SELECT email FROM accounts WHERE accounts.id = CAST(subject_id AS INTEGER)), '')
            ELSE subject_name
        END AS what
    FROM audit_log l LEFT JOIN users u ON actor_kind = 'person' AND u.id = CAST(actor_id AS INTEGER)
    WHERE account_id = :account_id AND l.id < :before
        AND (:action IS NULL OR action = :action) AND (:actor_id IS NULL OR actor_id = :actor_id)
        AND (:subject_kind IS NULL OR subject_kind = :subject_kind)
        AND (:subject_id IS NULL OR subject_id = :subject_id)
        AND (:since IS NULL OR at >= :since) AND (:until IS NULL OR at < :until)
) AS entries
WHERE :text IS NULL OR instr(fold(who), :text) > 0 OR instr(fold(what), :text) > 0 OR instr(action, :text) > 0
    OR actor_id = :text OR subject_id = :text OR address = :text
ORDER BY id DESC LIMIT :limit;

-- name: delete_before
DELETE FROM audit_log WHERE id IN (SELECT id FROM audit_log WHERE at < ? ORDER BY at LIMIT ?);

-- name: delete_unnamed_users
DELETE FROM users WHERE NOT EXISTS (SELECT 1 FROM account_users m WHERE m.user_id = users.id)
    AND NOT EXISTS (
        SELECT 1 FROM audit_log
        WHERE (actor_kind = 'person' AND actor_id = CAST(users.id AS TEXT))
            OR (subject_kind = 'user' AND subject_id = CAST(users.id AS TEXT))
    )
    AND NOT EXISTS (
        SELECT 1 FROM segment_versions WHERE actor_kind = 'person' AND actor_id = CAST(users.id AS TEXT)
    );

-- name: of_request
SELECT id, details FROM audit_log
WHERE account_id = ? AND id > (SELECT max(id) FROM audit_log) - ? AND action = ?
    AND json_extract(details, '$.request') = ?
ORDER BY id DESC LIMIT 1;

-- name: set_details
UPDATE audit_log SET details = ? WHERE id = ?;
