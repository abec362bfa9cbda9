-- name: insert
INSERT INTO audit_log
    (account_id, at, actor_kind, actor_id, actor_name, address, action, subject_kind, subject_id, subject_name, details)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: page
SELECT id, at, actor_kind, actor_id,
    CASE actor_kind
        WHEN 'person' THEN coalesce((SELECT email FROM users WHERE users.id = CAST(actor_id AS INTEGER)), '')
        ELSE actor_name
    END,
    address, action, subject_kind, subject_id,
    CASE subject_kind
        WHEN 'user' THEN coalesce((SELECT email FROM users WHERE users.id = CAST(subject_id AS INTEGER)), '')
        WHEN 'account' THEN coalesce((SELECT email FROM accounts WHERE accounts.id = CAST(subject_id AS INTEGER)), '')
        ELSE subject_name
    END,
    details
FROM audit_log
WHERE account_id = :account_id AND id < :before
    AND (:action IS NULL OR action = :action) AND (:actor_id IS NULL OR actor_id = :actor_id)
ORDER BY id DESC LIMIT :limit;

-- name: of_request
SELECT id, details FROM audit_log
WHERE account_id = ? AND id > (SELECT max(id) FROM audit_log) - ? AND action = ?
    AND json_extract(details, '$.request') = ?
ORDER BY id DESC LIMIT 1;

-- name: set_details
UPDATE audit_log SET details = ? WHERE id = ?;
