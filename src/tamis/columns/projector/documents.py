"""Loading contacts into the projection: from documents of the records, with the folded forms of their texts."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

import duckdb
import msgspec

from tamis.columns.layout.contacts import ORIGINAL_TEXTS, SQL_TYPES, column, table
from tamis.domain.values.fields import CREATED_AT, EMAIL, SUPPRESSED, UPDATED_AT, FieldSet, Kind
from tamis.domain.values.text import SIMPLE, fold, is_simple

_OWN = {EMAIL.id: "email", CREATED_AT.id: "created_at", UPDATED_AT.id: "updated_at"}
SHORT, SHORT_TEXTS_KEPT = 100, 20_000
_SIMPLE_LINES = re.compile(f"[{SIMPLE} \n]*")


def insert_contacts(
    con: duckdb.DuckDBPyConnection, type_id: int, fields: FieldSet, documents: Sequence[str], into: str | None = None
) -> None:
    """Insert contacts into the table of their type, or into another one with the same columns. Each text of `documents`
    has one JSON document a line."""
    stored = [*(field for field in fields.fields if field.id not in _OWN), *fields.topics]
    text_ids = {str(field.id) for field in stored if SQL_TYPES[field.kind] == "VARCHAR"}
    structure = {
        "id": "BIGINT",
        "email": "VARCHAR",
        "created_at": "BIGINT",
        "updated_at": "BIGINT",
        "values": {str(field.id): _structure(field.kind) for field in stored},
        ORIGINAL_TEXTS: "VARCHAR",
        SUPPRESSED.key: "BOOLEAN",
    }
    # Columns are named, because ALTER TABLE changes their order.
    named = [*map(column, (EMAIL, CREATED_AT, UPDATED_AT)), *map(column, stored), ORIGINAL_TEXTS, column(SUPPRESSED)]
    names = ", ".join(["id", *named])
    values = ", ".join(f"d.\"values\"['{field.id}']" for field in stored)
    con.execute(
        f"INSERT INTO {into or table(type_id)} ({names}) "
        f"SELECT d.id, d.email, make_timestamp(d.created_at), make_timestamp(d.updated_at), {values}, "
        f"d.{ORIGINAL_TEXTS}, coalesce(d.{SUPPRESSED.key}, FALSE) FROM (SELECT from_json(document, $2) AS d FROM "
        "(SELECT unnest(string_split(lines, chr(10))) AS document FROM (SELECT unnest($1::VARCHAR[]) AS lines)))",
        [[_folded(lines, text_ids) for lines in documents], msgspec.json.encode(structure).decode()],
    )


def _structure(kind: Kind) -> str | list[str]:
    return ["VARCHAR"] if kind is Kind.CHOICES else SQL_TYPES[kind]


def _folded(lines: str, text_ids: Collection[str]) -> str:
    """Replace texts that are not simple by their folded forms, and add the originals. Most documents have none, which
    is tested for many at once."""
    if _are_simple(lines):
        return lines
    return "\n".join(line if _are_simple(line) else _folded_document(line, text_ids) for line in lines.split("\n"))


def _are_simple(lines: str) -> bool:
    # Line ends, tabs and other characters that JSON escapes begin with a backslash.
    if "  " in lines or "\\" in lines:
        return False
    return lines.isascii() or _SIMPLE_LINES.fullmatch(lines) is not None


def _folded_document(document: str, text_ids: Collection[str]) -> str:
    contact = msgspec.json.decode(document)
    email, values = contact["email"], contact["values"]
    originals = {}
    for key, text in values.items():
        if key not in text_ids:
            continue
        folded = _folded_short(text) if len(text) <= SHORT else _folded_text(text)
        if folded is not None:
            originals[key], values[key] = text, folded
    if not is_simple(email):
        originals[str(EMAIL.id)], contact["email"] = email, fold(email)
    if not originals:
        return document
    contact[ORIGINAL_TEXTS] = msgspec.json.encode(originals).decode()
    return msgspec.json.encode(contact).decode()


def _folded_text(text: str) -> str | None:
    """Return the folded form of a text, or None if it is simple."""
    return None if is_simple(text) else fold(text)


# Names, cities and options repeat.
_folded_short = lru_cache(maxsize=SHORT_TEXTS_KEPT)(_folded_text)
