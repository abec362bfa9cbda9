"""The SQLite file: how it is opened, read, written and kept whole."""
