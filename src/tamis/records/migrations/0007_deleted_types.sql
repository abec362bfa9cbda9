-- A contact type is deleted softly, as a segment is: imports that were made into it still tell what they did.
ALTER TABLE contact_types ADD COLUMN deleted_at INTEGER;
