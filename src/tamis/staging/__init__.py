"""A file as a table: a DuckDB in memory where the cells of a file are checked and turned into documents."""
