"""Splitting JSON objects in DuckDB, each parsed once: their keys, and their values as cells.

Each cell has a letter for its JSON type: a string, a number, a boolean, a list of values, something nested, or nothing.
"""

from collections.abc import Iterable, Sequence
from string import ascii_lowercase, ascii_uppercase
from typing import NamedTuple

import msgspec

from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute
from tamis.staging.typed_files import list_as_text

STRING, NUMBER, BOOLEAN, LIST, NESTED, NOTHING = '"', "0", "t", "[", "{", "n"
MOST_CASE_VARIANTS = 100
"""The most keys that differ from others only in case: each costs a search through every object."""

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
# Most values are short strings and numbers: their first character tells, and hardly any is parsed again.
_IS_NOTHING = "v IS NULL OR v IN ('null', '\"\"', '[]')"
_IS_NESTED = (
    "prefix(v, '[') AND (contains(v, '{') OR contains(substr(v, 2), '[')) "
    "AND list_has_any(json_type(v, '$[*]'), ['OBJECT', 'ARRAY'])"
)
_LETTER = (
    f"CASE WHEN {_IS_NOTHING} THEN '{NOTHING}' WHEN prefix(v, '\"') THEN '{STRING}' "
    f"WHEN {_IS_NESTED} THEN '{NESTED}' WHEN prefix(v, 'f') THEN '{BOOLEAN}' "
    f"WHEN left(v, 1) BETWEEN '0' AND '9' OR prefix(v, '-') THEN '{NUMBER}' ELSE left(v, 1) END"
)
_LISTED = list_as_text("json_extract_string(v, '$[*]')")
_TEXT = (
    f"CASE WHEN {_IS_NOTHING} THEN NULL "
    "WHEN prefix(v, '\"') THEN CASE WHEN contains(v, '\\') THEN json_extract_string(v, '$') "
    "ELSE substr(v, 2, length(v) - 2) END "
    f"WHEN prefix(v, '[') AND NOT ({_IS_NESTED}) THEN {_LISTED} ELSE v END"
)


class KeysFound(NamedTuple):
    """The distinct lists of keys in some lines, in order of appearance, and the numbers, from 0, of lines without an
    object."""

    keys: list[list[str]]
    others: list[int]


def find_keys(staging: StagingDatabase, lines: Sequence[str]) -> KeysFound:
    """Find the keys in lines, which may be no JSON at all."""
    rows = execute(
        staging,
        "SELECT keys, min(n) AS n, CASE WHEN keys IS NULL THEN list(n) END FROM "
        "(SELECT n, CASE WHEN json_valid(line) THEN CASE WHEN json_type(line) = 'OBJECT' THEN json_keys(line) END END "
        "AS keys FROM (SELECT unnest($1::VARCHAR[]) AS line, unnest(range($2)) AS n)) GROUP BY keys ORDER BY n",
        [lines, len(lines)],
    ).fetchall()
    others = [int(n) for keys, _, found in rows if keys is None for n in found]
    return KeysFound([keys for keys, _, _ in rows if keys], others)


class ObjectColumns:
    """The keys that become columns, and the SQL that extracts all their values from an object at once."""

    def __init__(self, keys: Sequence[str]) -> None:
        usual = distinct_keys(keys)
        self.width = len(keys)
        self.case_variants = [key for key in keys if key not in usual]
        places = {key: f"struct_extract_at(o, {n})" for n, key in enumerate(usual, 1)}
        places |= {key: f"x[{n}]" for n, key in enumerate(self.case_variants, 1)}
        self._structure = msgspec.json.encode(dict.fromkeys(usual, "JSON")).decode()
        self._pointers = [_pointer(key) for key in self.case_variants]
        whole = "from_json(line, $2)" if usual else "NULL"
        some = "json_extract(line, $3::VARCHAR[])" if self.case_variants else "$3"
        self._parsed = (
            f"SELECT list_transform(v, lambda v: {_LETTER}) AS letters, list_transform(v, lambda v: {_TEXT}) AS cells "
            f"FROM (SELECT [{', '.join(places[key] for key in keys)}]::VARCHAR[] AS v "
            f"FROM (SELECT {whole} AS o, {some} AS x FROM (SELECT unnest($1::VARCHAR[]) AS line)))"
        )
        self._cells = ", ".join(f"cells[{n}]" for n in range(1, self.width + 1))

    def create_rows(self, staging: StagingDatabase) -> None:
        """Create the tables `rows` and `nested`, which has the row and column of each nested value."""
        execute(staging, f"CREATE TABLE rows ({', '.join(f'c{n} VARCHAR' for n in range(self.width))})")
        execute(staging, "CREATE TABLE nested (n BIGINT, position INTEGER)")

    def add_rows(self, staging: StagingDatabase, first: int, lines: Sequence[str | None]) -> list[tuple[int, str, int]]:
        """Append objects to `rows` from row number `first` on; None is a blank row.

        Return how many cells of each column have each letter."""
        execute(
            staging, f"CREATE OR REPLACE TEMP TABLE parsed AS {self._parsed}", [lines, self._structure, self._pointers]
        )
        execute(staging, f"INSERT INTO rows SELECT {self._cells} FROM parsed")
        each = "SELECT unnest(letters) AS letter, unnest(range($1)) AS position"
        counts = execute(
            staging,
            f"SELECT position, letter, count(*) FROM ({each} FROM parsed) "
            f"WHERE letter <> '{NOTHING}' GROUP BY position, letter",
            [self.width],
        ).fetchall()
        if any(letter == NESTED for _, letter, _ in counts):
            execute(
                staging,
                f"INSERT INTO nested SELECT n, position FROM ({each}, rowid + $2 AS n FROM parsed) "
                f"WHERE letter = '{NESTED}'",
                [self.width, first],
            )
        return [(int(position), str(letter), int(count)) for position, letter, count in counts]


def distinct_keys(keys: Iterable[str]) -> list[str]:
    """List the keys that are not empty and differ from earlier ones in more than case, as names of a type must."""
    folded = {""}
    found = []
    for key in keys:
        lower = key.translate(_LOWER)
        if lower not in folded:
            folded.add(lower)
            found.append(key)
    return found


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")
