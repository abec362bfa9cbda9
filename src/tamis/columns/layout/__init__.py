"""The layout of the projection in DuckDB: its tables, and SQL for their rows that several packages share."""
