"""How the tables of a store are made, and made anew where they are those of another version."""

import duckdb

from tamis.columns.layout.schema import SCHEMA, UNICODE, VERSION


def make(con: duckdb.DuckDBPyConnection, store_id: str) -> None:
    """Make the tables of an empty store, to be filled from the records with this id."""
    # A result that is not fetched keeps its transaction open, and with it the log from being written to the file.
    con.execute(SCHEMA).fetchall()
    con.execute("INSERT INTO meta VALUES ($1, $2, -1, $3, 0)", [VERSION, store_id, UNICODE]).fetchall()


def make_anew(con: duckdb.DuckDBPyConnection, store_id: str) -> None:
    """Throw everything away, and make the tables again."""
    names = con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary").fetchall()
    for (name,) in names:
        con.execute(f'DROP TABLE "{name}"').fetchall()
    make(con, store_id)


def version_of(con: duckdb.DuckDBPyConnection, store_id: str) -> int | None:
    """Return the version that made a store, or None where it is not that of the records with this id."""
    rows = con.execute("SELECT version, store_id FROM meta").fetchall()
    return next((version for version, owner in rows if owner == store_id), None)


def is_current(con: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the tables of a store are those of this version, with texts folded by its version of Unicode."""
    versions = con.execute("SELECT version FROM meta").fetchall()
    return versions == [(VERSION,)] and con.execute("SELECT unicode FROM meta").fetchall() == [(UNICODE,)]
