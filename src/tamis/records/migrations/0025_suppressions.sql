-- What was called the suppression list are forgotten emails: a suppression is an email of an account that may not be
-- mailed.
ALTER TABLE suppressed_emails RENAME TO forgotten_emails;
ALTER TABLE forgotten_emails RENAME COLUMN suppressed_at TO forgotten_at;

CREATE TABLE suppressions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    email_hash TEXT NOT NULL,
    email TEXT,
    reason TEXT NOT NULL CHECK (reason IN ('unsubscribed', 'complained', 'bounced', 'manual')),
    source TEXT NOT NULL,
    since INTEGER NOT NULL,
    UNIQUE (account_id, email_hash)
) STRICT;

ALTER TABLE accounts ADD COLUMN give_suppressed INTEGER NOT NULL DEFAULT 0;
