"""Creating the tables of a store, and recreating those of another version."""

import duckdb

from tamis.columns.layout.schema import SCHEMA, UNICODE, VERSION


def create(con: duckdb.DuckDBPyConnection, store_id: str) -> None:
    """Create the tables of an empty store that belongs to the records with this id."""
    # An unfetched result would keep its transaction open, which would prevent checkpoints.
    con.execute(SCHEMA).fetchall()
    con.execute("INSERT INTO meta VALUES ($1, $2, -1, $3, 0)", [VERSION, store_id, UNICODE]).fetchall()


def recreate(con: duckdb.DuckDBPyConnection, store_id: str) -> None:
    """Drop all tables and create them again."""
    names = con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary").fetchall()
    for (name,) in names:
        con.execute(f'DROP TABLE "{name}"').fetchall()
    create(con, store_id)


def version_of(con: duckdb.DuckDBPyConnection, store_id: str) -> int | None:
    """Return the layout version of a store, or None if it belongs to other records."""
    rows = con.execute("SELECT version, store_id FROM meta").fetchall()
    return next((version for version, owner in rows if owner == store_id), None)


def is_current(con: duckdb.DuckDBPyConnection) -> bool:
    """Return whether a store has the current layout version, with texts folded by the current Unicode version."""
    versions = con.execute("SELECT version FROM meta").fetchall()
    return versions == [(VERSION,)] and con.execute("SELECT unicode FROM meta").fetchall() == [(UNICODE,)]
