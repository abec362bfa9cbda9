"""The statements of the records as PostgreSQL takes them."""

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from tamis.files.sql import load_statements
from tamis.records.engine.interface import Bindings, Value

QUERIES = "tamis.records.queries"
OVERRIDES = "tamis.records.queries.postgresql"
SQLITE_ONLY = frozenset({"check", "commits"})
"""Files whose statements look after a SQLite file."""
_PARTS = re.compile(r"'(?:[^']|'')*'|--[^\n]*|::|\?\d*|:[a-z_]+|\b(?:INTEGER\b|json_array\(|char\(|temp\.)")

_WORDS = {"INTEGER": "BIGINT", "json_array(": "json_build_array(", "char(": "chr(", "temp.": "pg_temp."}
_FORCED_ORDER = re.compile(r"\bCROSS JOIN (\S+ \w+) ON\b")
"""SQLite joins tables in the order given when it is told CROSS JOIN; a condition then follows as with JOIN."""


class Statement(NamedTuple):
    """A statement with parameters $1, $2 …, and the names of the bindings that they stand for, if these have names."""

    sql: str
    names: tuple[str, ...]

    def parameters(self, bindings: Bindings) -> list[Value]:
        """Return the values of the parameters, in order."""
        if isinstance(bindings, dict):
            return [bindings[name] for name in self.names]
        return list(bindings)


def statement(sql: str) -> Statement:
    """Return a statement of `records/queries` for PostgreSQL; others must be valid in both engines."""
    return _translate(_overridden().get(sql, sql))


@cache
def _overridden() -> dict[str, str]:
    """Map the statements that PostgreSQL does not take to those that it takes instead."""
    found = {}
    for name in query_files():
        instead = load_statements(OVERRIDES, name) if files(OVERRIDES).joinpath(f"{name}.sql").is_file() else {}
        found.update({sql: instead[key] for key, sql in load_statements(QUERIES, name).items() if key in instead})
    return found


def query_files() -> list[str]:
    """List the names of the files of statements, without those that only SQLite needs."""
    names = {entry.name.removesuffix(".sql") for entry in files(QUERIES).iterdir() if entry.name.endswith(".sql")}
    return sorted(names - SQLITE_ONLY)


@cache
def _translate(sql: str) -> Statement:
    names: list[str] = []
    asked = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal asked
        part = match[0]
        if part == "?":
            asked += 1
            return f"${asked}"
        if part[0] == "?":
            return f"${part[1:]}"
        if part in _WORDS:
            return _WORDS[part]
        if part[0] == ":" and part != "::":
            if part[1:] not in names:
                names.append(part[1:])
            return f"${names.index(part[1:]) + 1}"
        return "" if part.startswith("--") else part

    sql = _FORCED_ORDER.sub(r"JOIN \1 ON", _PARTS.sub(replace, sql))
    return Statement(sql.strip().rstrip(";"), tuple(names))
