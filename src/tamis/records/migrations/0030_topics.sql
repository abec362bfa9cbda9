-- Topics of a contact type, who is subscribed to them, and what people have agreed to. A contact without a subscription
-- to a topic was never asked. Records of consent are only added, and know an email by its keyed hash alone.
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
