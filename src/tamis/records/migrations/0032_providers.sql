CREATE TABLE providers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    service TEXT NOT NULL CHECK (service IN ('sendgrid', 'mailgun', 'postmark', 'ses', 'brevo')),
    description TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    previous_token_hash BLOB UNIQUE,
    previous_token_until INTEGER,
    credential TEXT NOT NULL,
    checks_address INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX providers_of_account ON providers (account_id);

CREATE TABLE provider_activity (
    provider_id INTEGER NOT NULL REFERENCES providers (id),
    minute INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    requests INTEGER NOT NULL,
    counts TEXT NOT NULL,
    PRIMARY KEY (provider_id, minute, outcome)
) STRICT, WITHOUT ROWID;

CREATE INDEX provider_activity_by_age ON provider_activity (minute);

CREATE TABLE suppressing_reports (
    provider_id INTEGER NOT NULL REFERENCES providers (id),
    report_hash TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (provider_id, report_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX suppressing_reports_by_age ON suppressing_reports (at);
