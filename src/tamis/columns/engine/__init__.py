"""The DuckDB file: opening, locking, compaction and recovery."""
