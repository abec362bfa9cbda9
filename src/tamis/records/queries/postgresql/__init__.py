"""Statements of the records that PostgreSQL takes instead of those of the same file and name."""
