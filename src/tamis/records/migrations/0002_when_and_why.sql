-- The log of transitions tells when and why each of them came about, so the feed has to.
ALTER TABLE feed ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN cause TEXT NOT NULL DEFAULT 'contact changed';
