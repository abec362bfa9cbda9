-- The schema as it stands after all migrations; a test holds the two against each other.

CREATE TABLE store (
    id TEXT NOT NULL PRIMARY KEY,
    pepper BLOB,
    commits INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    timezone TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    date_order TEXT NOT NULL DEFAULT 'ask',
    give_suppressed INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL DEFAULT '',
    deleted_at INTEGER
) STRICT;

CREATE TABLE key_pairs (
    public_key TEXT NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    secret_hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    name TEXT NOT NULL DEFAULT '',
    used_at INTEGER,
    scope TEXT NOT NULL DEFAULT 'admin',
    expires_at INTEGER
) STRICT;

CREATE INDEX key_pairs_of_account ON key_pairs (account_id);

CREATE UNIQUE INDEX key_pairs_by_secret ON key_pairs (secret_hash);

CREATE TABLE contact_types (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    visible_fields TEXT NOT NULL DEFAULT '[]',
    deleted_at INTEGER,
    UNIQUE (account_id, name_key)
) STRICT;

CREATE TABLE fields (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_type_id INTEGER NOT NULL REFERENCES contact_types (id),
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    options TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    position INTEGER,
    options_inferred INTEGER NOT NULL DEFAULT 0,
    UNIQUE (contact_type_id, key)
) STRICT;

CREATE TABLE contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_type_id INTEGER NOT NULL REFERENCES contact_types (id),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    field_values TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    import_id INTEGER,
    UNIQUE (contact_type_id, email_key)
) STRICT;

CREATE TABLE segments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    contact_type_id INTEGER NOT NULL REFERENCES contact_types (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    rule TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    description TEXT NOT NULL DEFAULT '',
    purged_at INTEGER
) STRICT;

CREATE UNIQUE INDEX live_segment_names ON segments (account_id, name_key) WHERE deleted_at IS NULL;

CREATE INDEX live_segments_of_type ON segments (contact_type_id) WHERE deleted_at IS NULL;

CREATE INDEX deleted_segments ON segments (account_id) WHERE deleted_at IS NOT NULL AND purged_at IS NULL;

CREATE TABLE segment_versions (
    segment_id INTEGER NOT NULL REFERENCES segments (id),
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    rule TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    actor_kind TEXT,
    actor_id TEXT,
    actor_name TEXT,
    restored_from INTEGER,
    size_before INTEGER,
    size_after INTEGER,
    PRIMARY KEY (segment_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE inclusions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    segment_id INTEGER NOT NULL REFERENCES segments (id),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    recipient_id INTEGER NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    person_id INTEGER NOT NULL DEFAULT 0,
    UNIQUE (segment_id, email_key)
) STRICT;

CREATE INDEX inclusions_by_email ON inclusions (email_key);

CREATE INDEX inclusions_by_person ON inclusions (person_id);

CREATE TABLE contact_exclusions (
    segment_id INTEGER NOT NULL REFERENCES segments (id),
    contact_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (segment_id, contact_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX contact_exclusions_by_contact ON contact_exclusions (contact_id);

CREATE TABLE email_exclusions (
    segment_id INTEGER NOT NULL REFERENCES segments (id),
    email_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (segment_id, email_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX email_exclusions_by_hash ON email_exclusions (email_hash);

CREATE TABLE change_log (
    change INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL CHECK (
        subject IN ('contact', 'recipient', 'segment', 'fields', 'events', 'catalogue', 'removal')
    ),
    contact_type_id INTEGER NOT NULL,
    segment_id INTEGER,
    contact_id INTEGER,
    inclusion_id INTEGER,
    changed_at INTEGER NOT NULL DEFAULT 0,
    cause TEXT NOT NULL DEFAULT 'contact changed',
    last_contact_id INTEGER,
    contact_ids TEXT,
    event_name_id INTEGER,
    removed_before INTEGER
) STRICT;

CREATE TABLE pending_erasure (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    change INTEGER NOT NULL,
    since INTEGER NOT NULL
) STRICT;

CREATE TABLE forgotten_emails (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_type_id INTEGER NOT NULL REFERENCES contact_types (id),
    email_hash TEXT NOT NULL,
    forgotten_at INTEGER NOT NULL,
    UNIQUE (contact_type_id, email_hash)
) STRICT;

CREATE TABLE imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    contact_type_id INTEGER NOT NULL REFERENCES contact_types (id),
    source TEXT NOT NULL,
    options TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'failed', 'undoing', 'undone')),
    phase TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    rows_total INTEGER,
    rows_done INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    repeated INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0,
    report TEXT NOT NULL DEFAULT '{}',
    error TEXT,
    subject TEXT NOT NULL DEFAULT 'contacts' CHECK (subject IN ('contacts', 'events')),
    accepted INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX imports_of_account ON imports (account_id);

CREATE TABLE import_ranges (
    import_id INTEGER NOT NULL REFERENCES imports (id),
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    PRIMARY KEY (import_id, first_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_prior_values (
    import_id INTEGER NOT NULL REFERENCES imports (id),
    contact_id INTEGER NOT NULL,
    email TEXT NOT NULL,
    field_values TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    prior_import_id INTEGER,
    PRIMARY KEY (import_id, contact_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX import_prior_values_of_contact ON import_prior_values (contact_id);

CREATE TABLE uploads (
    id TEXT NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    contact_type_id INTEGER,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    subject TEXT NOT NULL DEFAULT 'contacts' CHECK (subject IN ('contacts', 'events'))
) STRICT;

CREATE INDEX uploads_of_account ON uploads (account_id);

CREATE TABLE projection (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    change INTEGER NOT NULL,
    number INTEGER NOT NULL,
    mark INTEGER NOT NULL,
    trimmed TEXT
) STRICT;

CREATE TABLE projection_clocks (
    contact_type_id INTEGER PRIMARY KEY,
    as_of INTEGER NOT NULL
) STRICT;

CREATE TABLE membership_changes (
    number INTEGER PRIMARY KEY,
    recipient_id INTEGER NOT NULL,
    change INTEGER NOT NULL CHECK (change IN (-1, 1)),
    instant INTEGER NOT NULL,
    cause TEXT NOT NULL
) STRICT;

CREATE TABLE membership_packs (
    first_number INTEGER PRIMARY KEY,
    last_number INTEGER NOT NULL,
    changes BLOB NOT NULL
) STRICT;

CREATE TABLE membership_snapshots (
    number INTEGER PRIMARY KEY,
    segment_id INTEGER NOT NULL,
    instant INTEGER NOT NULL,
    cause TEXT NOT NULL,
    recipients INTEGER NOT NULL
) STRICT;

CREATE INDEX membership_snapshots_of_segment ON membership_snapshots (segment_id, number);

CREATE TABLE member_lists (
    segment_id INTEGER NOT NULL,
    part INTEGER NOT NULL,
    number INTEGER NOT NULL,
    members BLOB NOT NULL,
    PRIMARY KEY (segment_id, part)
) STRICT;

CREATE TABLE daily_sizes (
    segment_id INTEGER NOT NULL,
    day TEXT NOT NULL,
    recipients INTEGER NOT NULL,
    entered INTEGER NOT NULL,
    departed INTEGER NOT NULL,
    snapshot_cause TEXT,
    PRIMARY KEY (segment_id, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    subject_name TEXT NOT NULL,
    details TEXT NOT NULL DEFAULT '{}',
    address TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX audit_log_of_account ON audit_log (account_id);

CREATE TABLE idempotent_requests (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    outcome BLOB,
    status INTEGER,
    headers TEXT,
    body BLOB,
    PRIMARY KEY (account_id, key)
) STRICT;

CREATE INDEX idempotent_requests_by_age ON idempotent_requests (created_at);

CREATE TABLE idempotent_chunks (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    key TEXT NOT NULL,
    number INTEGER NOT NULL,
    digest BLOB NOT NULL,
    results BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, key, number)
) STRICT;

CREATE INDEX idempotent_chunks_by_age ON idempotent_chunks (created_at);

CREATE TABLE webhooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    types TEXT NOT NULL,
    segment_ids TEXT NOT NULL,
    secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_secret_until INTEGER,
    position INTEGER NOT NULL,
    message_id TEXT,
    message_last INTEGER,
    failing_since INTEGER,
    failures INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER,
    disabled_at INTEGER,
    disabled_reason TEXT CHECK (disabled_reason IN ('failing', 'gone', 'manual')),
    deliveries INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX webhooks_of_account ON webhooks (account_id);

CREATE TABLE webhook_deliveries (
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id),
    number INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    is_test INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER,
    answer TEXT NOT NULL,
    after INTEGER,
    last INTEGER,
    changes INTEGER NOT NULL,
    PRIMARY KEY (webhook_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_revision (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL
) STRICT;

CREATE TABLE skipped_numbers (
    after INTEGER PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;

CREATE TABLE event_names (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_type_id INTEGER NOT NULL REFERENCES contact_types (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    hidden INTEGER NOT NULL DEFAULT 0,
    keep TEXT,
    created_at INTEGER NOT NULL,
    count INTEGER NOT NULL DEFAULT 0,
    first_at INTEGER,
    last_at INTEGER,
    UNIQUE (contact_type_id, name_key)
) STRICT;

CREATE TABLE event_properties (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name_id INTEGER NOT NULL REFERENCES event_names (id),
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    hidden INTEGER NOT NULL DEFAULT 0,
    unreadable INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    UNIQUE (name_id, key)
) STRICT;

CREATE TABLE events (
    contact_id INTEGER NOT NULL,
    name_id INTEGER NOT NULL REFERENCES event_names (id),
    identity BLOB NOT NULL,
    at INTEGER NOT NULL,
    key TEXT NOT NULL,
    properties TEXT NOT NULL,
    change INTEGER NOT NULL,
    occurrence INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (contact_id, name_id, identity)
) STRICT, WITHOUT ROWID;

CREATE INDEX events_by_name ON events (name_id, change);

CREATE TABLE event_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    change INTEGER NOT NULL DEFAULT 0,
    level INTEGER,
    events INTEGER NOT NULL DEFAULT 0,
    target_id INTEGER REFERENCES event_runs (id)
) STRICT;

CREATE TABLE event_blocks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL REFERENCES event_runs (id),
    first_contact_id INTEGER NOT NULL,
    last_contact_id INTEGER NOT NULL,
    events INTEGER NOT NULL,
    lines BLOB NOT NULL
) STRICT;

CREATE INDEX event_blocks_by_contact ON event_blocks (run_id, last_contact_id);

CREATE TABLE event_filters (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES event_runs (id),
    last_contact_id INTEGER NOT NULL,
    words BLOB NOT NULL
) STRICT;

CREATE INDEX event_filters_by_contact ON event_filters (run_id, last_contact_id);

CREATE TABLE event_removals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_id INTEGER,
    name_id INTEGER,
    before INTEGER,
    after_block_id INTEGER NOT NULL DEFAULT 0,
    last_block_id INTEGER NOT NULL
) STRICT;

CREATE TABLE event_storage (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sealed_change INTEGER NOT NULL DEFAULT 0,
    sealing_after INTEGER NOT NULL DEFAULT 0,
    layout INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    created_at INTEGER NOT NULL,
    code_secret TEXT,
    code_step INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE account_users (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
    created_at INTEGER NOT NULL,
    opened_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX accounts_of_user ON account_users (user_id);

CREATE TABLE sessions (
    token_hash BLOB NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    address TEXT NOT NULL DEFAULT '',
    user_agent TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_of_user ON sessions (user_id);

CREATE TABLE recovery_codes (
    user_id INTEGER NOT NULL REFERENCES users (id),
    code_hash BLOB NOT NULL,
    PRIMARY KEY (user_id, code_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
    token_hash BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    UNIQUE (account_id, email_key)
) STRICT;

CREATE TABLE password_links (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id),
    token_hash BLOB NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX audit_log_by_age ON audit_log (at);

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

CREATE TABLE signing_keys (
    id INTEGER NOT NULL PRIMARY KEY,
    secret BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    signs_from INTEGER NOT NULL
) STRICT;

CREATE TABLE topics (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_type_id INTEGER NOT NULL REFERENCES contact_types (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (contact_type_id, name_key)
) STRICT;

CREATE TABLE subscriptions (
    contact_id INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    topic_id INTEGER NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('pending', 'subscribed', 'unsubscribed')),
    since INTEGER NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (contact_id, topic_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX subscriptions_of_topic ON subscriptions (topic_id);

CREATE TABLE consent_records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_type_id INTEGER NOT NULL REFERENCES contact_types (id),
    contact_id INTEGER NOT NULL,
    email_hash TEXT NOT NULL,
    topic_id INTEGER NOT NULL,
    topic TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'subscribed', 'unsubscribed')),
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    agreed_text TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;

CREATE INDEX consent_records_of_email ON consent_records (contact_type_id, email_hash);

CREATE INDEX consent_records_of_contact ON consent_records (contact_id);

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
