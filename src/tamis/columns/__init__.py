"""The fast copy: DuckDB. A table of typed columns per contact type, and the membership of every segment."""
