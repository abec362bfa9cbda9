-- name: of_request
-- instead of a9e3d6b0
SELECT id, details FROM audit_log
WHERE account_id = ? AND id > (SELECT max(id) FROM audit_log) - ? AND action = ?
    AND details::json ->> 'request' = ?
ORDER BY id DESC LIMIT 1;

-- name: page
-- instead of 6fcee209
SELECT id, at, actor_kind, actor_id, who, address, action, subject_kind, subject_id, what, details
FROM (
    SELECT id, at, actor_kind, actor_id, address, action, subject_kind, subject_id, details,
        CASE actor_kind
            WHEN 'person' THEN coalesce((SELECT email FROM users WHERE users.id = actor_id::bigint), '')
            ELSE actor_name
        END AS who,
        CASE subject_kind
            WHEN 'user' THEN coalesce((SELECT email FROM users WHERE users.id = subject_id::bigint), '')
            WHEN 'account' THEN coalesce((SELECT email FROM accounts WHERE accounts.id = subject_id::bigint), '')
            ELSE subject_name
        END AS what
    FROM audit_log
    WHERE account_id = :account_id AND id < :before
        AND (:action::text IS NULL OR action = :action) AND (:actor_id::text IS NULL OR actor_id = :actor_id)
        AND (:subject_kind::text IS NULL OR subject_kind = :subject_kind)
        AND (:subject_id::text IS NULL OR subject_id = :subject_id)
        AND (:since::bigint IS NULL OR at >= :since) AND (:until::bigint IS NULL OR at < :until)
) AS entries
WHERE :text::text IS NULL OR instr(fold(who), :text) > 0 OR instr(fold(what), :text) > 0 OR instr(action, :text) > 0
    OR actor_id = :text OR subject_id = :text OR address = :text
ORDER BY id DESC LIMIT :limit;
