-- Imports as jobs, and what is needed to undo them.
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
    error TEXT
) STRICT;

CREATE INDEX imports_of_account ON imports (account_id);

CREATE TABLE import_ranges (
    import_id INTEGER NOT NULL REFERENCES imports (id),
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    PRIMARY KEY (import_id, first_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_befores (
    import_id INTEGER NOT NULL REFERENCES imports (id),
    contact_id INTEGER NOT NULL,
    email TEXT NOT NULL,
    field_values TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    import_before INTEGER,
    PRIMARY KEY (import_id, contact_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX import_befores_of_contact ON import_befores (contact_id);

ALTER TABLE contacts ADD COLUMN import_id INTEGER;
