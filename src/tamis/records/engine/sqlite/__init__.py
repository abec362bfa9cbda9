"""The records in a SQLite file: how it is opened, written and kept whole."""
