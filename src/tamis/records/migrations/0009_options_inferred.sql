-- Whether Tamis itself has listed the options of a field, out of a file: such a list takes new options by itself.
ALTER TABLE fields ADD COLUMN options_inferred INTEGER NOT NULL DEFAULT 0;
