-- Contacts that come many at a time have consecutive ids, and one line of the feed tells of all of them.
ALTER TABLE feed ADD COLUMN last_contact_id INTEGER;
