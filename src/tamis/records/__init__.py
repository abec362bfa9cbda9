"""The truth: SQLite. Fixed SQL in named files, numbered migrations, one writer."""
