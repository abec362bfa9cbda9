"""Imports, their undo data and their uploads in the records, and storing contacts in batches."""
