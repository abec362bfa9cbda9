"""How the projection lies in DuckDB: its tables, and the SQL that every part needs to find rows in them."""
