"""Import contacts from a file: survey it, map its columns, upsert its rows in batches, report every row."""
