"""The DuckDB file: who owns it, how it is opened, copied and put aside."""
