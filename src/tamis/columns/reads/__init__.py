"""DuckDB's implementation of `columns/interface`: queries about the current state."""
