-- Commits that the change feed has no line of: by their number, and that of the last change, lost commits are noticed.
-- Older versions, which do not know the checksums of the pages, refuse a file with this schema.
ALTER TABLE store ADD COLUMN commits INTEGER NOT NULL DEFAULT 0;
