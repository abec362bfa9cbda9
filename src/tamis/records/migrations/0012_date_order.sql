-- How an account reads dates in files that can be read in two ways: 'dmy', 'mdy', or 'ask'.
ALTER TABLE accounts ADD COLUMN date_order TEXT NOT NULL DEFAULT 'ask';
