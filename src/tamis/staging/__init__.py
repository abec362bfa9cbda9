"""The staging area of an import: a temporary DuckDB in which the cells of a file are checked and become documents."""
