-- How an account is called on pages that its recipients see.
ALTER TABLE accounts ADD COLUMN name TEXT NOT NULL DEFAULT '';
