-- Tables and columns in the field's words. Renaming changes the schema alone; the small indexes are made anew, because
-- SQLite cannot rename an index.
ALTER TABLE feed RENAME TO change_log;
ALTER TABLE change_log RENAME COLUMN added_id TO inclusion_id;
ALTER TABLE change_log RENAME COLUMN at TO changed_at;

ALTER TABLE recipients_added RENAME TO inclusions;
DROP INDEX recipients_added_by_email;
DROP INDEX recipients_added_by_person;
CREATE INDEX inclusions_by_email ON inclusions (email_key);
CREATE INDEX inclusions_by_person ON inclusions (person_id);

ALTER TABLE recipients_removed RENAME TO contact_exclusions;
DROP INDEX recipients_removed_by_contact;
CREATE INDEX contact_exclusions_by_contact ON contact_exclusions (contact_id);

ALTER TABLE excluded_addresses RENAME TO email_exclusions;
DROP INDEX excluded_addresses_by_hash;
CREATE INDEX email_exclusions_by_hash ON email_exclusions (email_hash);

ALTER TABLE forgotten RENAME TO suppressed_emails;
ALTER TABLE suppressed_emails RENAME COLUMN forgotten_at TO suppressed_at;

ALTER TABLE erasure RENAME TO pending_erasure;

ALTER TABLE import_befores RENAME TO import_prior_values;
ALTER TABLE import_prior_values RENAME COLUMN import_before TO prior_import_id;
DROP INDEX import_befores_of_contact;
CREATE INDEX import_prior_values_of_contact ON import_prior_values (contact_id);

ALTER TABLE contact_types RENAME COLUMN shown TO visible_fields;
ALTER TABLE daily_sizes RENAME COLUMN filled TO snapshot_cause;
