"""Some rows of a file, taken from all of it at a bounded cost."""

import duckdb

MOST_ROWS = 1_000
MOST_CELLS = 200_000
BLOCKS = 20


def some_rows(con: duckdb.DuckDBPyConnection, count: int, width: int) -> list[tuple[str | None, ...]]:
    """Read some of the `count` rows in their order, in blocks that are spread over all of the file; fewer where rows
    are wide. An empty cell is None."""
    wanted = max(min(MOST_ROWS, MOST_CELLS // max(width, 1)), BLOCKS)
    if count <= wanted:
        return con.execute("SELECT * FROM rows ORDER BY rowid").fetchall()
    block = wanted // BLOCKS
    starts = (number * (count - block) // (BLOCKS - 1) for number in range(BLOCKS))
    blocks = " OR ".join(f"rowid BETWEEN {start:d} AND {start + block - 1:d}" for start in starts)
    return con.execute(f"SELECT * FROM rows WHERE {blocks} ORDER BY rowid").fetchall()
