"""Importing contacts from a file: stage it, map its columns, upsert its rows in batches, and report every row."""
