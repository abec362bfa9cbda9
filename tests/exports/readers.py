"""Exported files, read by others than Tamis: the csv module, the json module, and a DuckDB that knows no fields."""

import csv
import gzip
import io
import json
import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from tamis.domain.files.exports import Format
from tamis.domain.files.formulas import unescape
from tamis.domain.values.fields import Field, Kind, Value, parse_value
from tamis.domain.values.instants import EPOCH

ELSEWHERE = ZoneInfo("Asia/Kolkata")
"""No instant of a file may depend on where it is read."""
ESCAPED = (Kind.TEXT, Kind.CHOICE, Kind.CHOICES)
Row = dict[str, Value]
"""The values of a row by the keys of their fields; what is missing is left out."""


def read(content: bytes, form: Format, fields: Sequence[Field], *, escaped: bool = True) -> list[Row]:
    """Read a file that was exported with some fields."""
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    if form is Format.CSV:
        return _csv(content, fields, escaped)
    return _ndjson(content, fields) if form is Format.NDJSON else _parquet(content, fields)


def cells(content: bytes) -> list[list[str]]:
    """Return the cells of a CSV file verbatim."""
    return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))


def _csv(content: bytes, fields: Sequence[Field], escaped: bool) -> list[Row]:
    header, *rows = cells(content)
    assert header == [f.key for f in fields]

    def value(text: str, field: Field) -> Value | None:
        return parse_value(unescape(text) if escaped and field.kind in ESCAPED else text, field, ELSEWHERE)

    return [_known(row, fields, value) for row in rows]


def _ndjson(content: bytes, fields: Sequence[Field]) -> list[Row]:
    rows: list[dict[str, Any]] = [json.loads(line) for line in content.decode().split("\n")[:-1]]
    for row in rows:
        assert list(row) == [f.key for f in fields]

    def value(held: Any, field: Field) -> Value | None:
        if isinstance(held, str) and field.kind in (Kind.DATE, Kind.DATETIME):
            return parse_value(held, field, ELSEWHERE)
        return tuple(held) if isinstance(held, list) else held

    return [_known(list(row.values()), fields, value) for row in rows]


PARQUET_TYPES = {
    Kind.TEXT: "VARCHAR",
    Kind.CHOICE: "VARCHAR",
    Kind.NUMBER: "DOUBLE",
    Kind.DATE: "DATE",
    Kind.DATETIME: "TIMESTAMP WITH TIME ZONE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.CHOICES: "VARCHAR[]",
}


def _parquet(content: bytes, fields: Sequence[Field]) -> list[Row]:
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file, duckdb.connect() as db:
        file.write(content)
        file.flush()
        described = db.execute("DESCRIBE SELECT * FROM read_parquet($1)", [file.name]).fetchall()
        assert [(row[0], row[1]) for row in described] == [(f.key, PARQUET_TYPES[f.kind]) for f in fields]
        names = ", ".join(f'epoch_us("{f.key}")' if f.kind is Kind.DATETIME else f'"{f.key}"' for f in fields)
        rows = db.execute(f"SELECT {names} FROM read_parquet($1)", [file.name]).fetchall()

    def value(held: Any, field: Field) -> Value | None:
        if field.kind is Kind.DATETIME and held is not None:
            return EPOCH + timedelta(microseconds=held)
        return tuple(held) if isinstance(held, list) else held

    return [_known(row, fields, value) for row in rows]


def _known(row: Sequence[Any], fields: Sequence[Field], value: Callable[[Any, Field], Value | None]) -> Row:
    found = {f.key: value(cell, f) for f, cell in zip(fields, row, strict=True)}
    return {key: held for key, held in found.items() if held is not None}


def exactly(value: Value) -> object:
    """Make values differ that only look alike: 1.0 and True, or numbers that differ in the last bit."""
    return (type(value), value.hex() if isinstance(value, float) else value)
