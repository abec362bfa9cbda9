"""Unsubscribe links of exported rows: signed in Python, since the engine has no encryption, and joined to the rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from tamis.columns.interface.exports import MakeLink
from tamis.columns.layout.contacts import column
from tamis.domain.consent.link_columns import LIST_UNSUBSCRIBE, LIST_UNSUBSCRIBE_POST, UNSUBSCRIBE_URL
from tamis.domain.values.fields import Field

ROW, CONTACT, EMAIL = "row_id", "row_contact", "row_email"
"""The columns of rows that links are made from: in whose order rows are written, the contact, null if it is none, and
the email."""
ROWS_PER_BATCH = 10_000
_VALUES = {
    UNSUBSCRIBE_URL.id: "l.url",
    LIST_UNSUBSCRIBE.id: "'<' || l.url || '>'",
    LIST_UNSUBSCRIBE_POST.id: "'List-Unsubscribe=One-Click'",
}


def is_link(field: Field) -> bool:
    """Return whether a column has links, or what goes with them."""
    return field.id in _VALUES


def write_links(
    con: duckdb.DuckDBPyConnection, rows: str, values: Sequence[Any], make_link: MakeLink, scratch: Path
) -> None:
    """Write the links of rows to a file."""
    con.execute(f"SELECT {ROW}, {CONTACT}, {EMAIL} FROM ({rows})", values)
    with scratch.open("w", encoding="ascii") as file:
        while batch := con.fetchmany(ROWS_PER_BATCH):
            file.writelines(f"{row},{make_link(contact_id, email)}\n" for row, contact_id, email in batch)


def with_links(rows: str, fields: Sequence[Field], scratch: Path) -> str:
    """Return the query for rows with the columns of some fields, in their order; links are read from a file."""
    links = ", ".join(f"{_VALUES[field.id]} AS {column(field)}" for field in fields if is_link(field))
    path = str(scratch).replace("'", "''")  # functions of tables take no parameters in COPY
    return (
        f"SELECT r.*, {links} FROM ({rows}) r JOIN read_csv('{path}', header = false, auto_detect = false, "
        f"delim = ',', columns = {{'id': 'BIGINT', 'url': 'VARCHAR'}}) l ON l.id = r.{ROW} ORDER BY r.{ROW}"
    )
