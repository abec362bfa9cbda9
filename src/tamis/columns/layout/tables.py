"""How the tables of a store are made, and made anew where they are those of an earlier version."""

import duckdb

from tamis.columns.layout.schema import HISTORY, HISTORY_TABLES, OLDEST_HISTORY, SCHEMA, UNICODE, VERSION


def make(con: duckdb.DuckDBPyConnection, store_id: str) -> None:
    """Make the tables of an empty store, to be filled from the records with this id."""
    # A result that is not fetched keeps its transaction open, and with it the log from being written to the file.
    con.execute(SCHEMA).fetchall()
    con.execute(HISTORY).fetchall()
    con.execute("INSERT INTO meta VALUES ($1, $2, -1, $3)", [VERSION, store_id, UNICODE]).fetchall()


def make_anew(con: duckdb.DuckDBPyConnection, store_id: str) -> None:
    """Throw away all but the history, and make the other tables again."""
    names = con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary").fetchall()
    for (name,) in names:
        if name not in HISTORY_TABLES:
            con.execute(f'DROP TABLE "{name}"').fetchall()
    make(con, store_id)


def keeps_history(con: duckdb.DuckDBPyConnection, store_id: str) -> bool:
    """Tell whether a store belongs to the records with this id, and has a history that this version can read."""
    rows = con.execute("SELECT version, store_id FROM meta").fetchall()
    return any(owner == store_id and OLDEST_HISTORY <= version <= VERSION for version, owner in rows)


def is_current(con: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether the tables of a store are those of this version, with texts folded by its version of Unicode."""
    versions = con.execute("SELECT version FROM meta").fetchall()
    return versions == [(VERSION,)] and con.execute("SELECT unicode FROM meta").fetchall() == [(UNICODE,)]
