"""A file of JSON objects, one a line, as rows of text cells."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import duckdb

from tamis.domain.errors import Invalid, Problem
from tamis.domain.fields import SEPARATOR
from tamis.workbench.parquet import located_in_rows
from tamis.workbench.staging import Located

LONGEST_LINE = 16 << 20
MOST_KEYS = 10_000
_IS_OBJECT = "CASE WHEN json_valid(text) THEN json_type(text) = 'OBJECT' ELSE FALSE END"


@dataclass(frozen=True, slots=True)
class StagedNdjson:
    """The objects of a file; a line that holds none is in `broken`, and blank lines are none."""

    con: duckdb.DuckDBPyConnection
    header: tuple[str, ...]
    count: int
    broken: dict[int, str]

    def locate(self, numbers: Iterable[int]) -> Iterator[Located]:
        """Give line and cells of some rows, by ascending numbers; a broken one has its text as its only cell."""
        lines = "(SELECT any_value(l.number) FROM lines l WHERE l.rowid = r.rowid)"
        found = self.con.execute(
            "SELECT rowid, text FROM lines WHERE rowid IN (SELECT unnest($1::BIGINT[]))", [list(self.broken)]
        )
        texts = dict(found.fetchall())
        for row in located_in_rows(self.con, numbers, lines):
            yield row._replace(cells=[texts[row.number]]) if row.number in texts else row


def stage_ndjson(
    con: duckdb.DuckDBPyConnection, blocks: Iterable[bytes], name: str, progress: Callable[[], None]
) -> StagedNdjson:
    """Make `rows` of the bytes of a file of JSON objects, called `name` in what people are told; raises Invalid."""
    con.execute("CREATE TABLE lines (number BIGINT, text VARCHAR)")
    number = 0
    for lines in _lines(blocks, name):
        _take(con, number, lines)
        number += len(lines)
        progress()
    keys = con.execute(
        "SELECT key FROM (SELECT rowid AS n, unnest(json_keys(text)) AS key, "
        f"generate_subscripts(json_keys(text), 1) AS place FROM lines WHERE {_IS_OBJECT}) "
        "GROUP BY key ORDER BY min(n), min(place)"
    ).fetchall()
    if not keys:
        raise Invalid([Problem(name, 'has no JSON object: each line must be one, such as {"email": "a@b.org"}')])
    if len(keys) > MOST_KEYS:
        raise Invalid([Problem(name, f"has more than {MOST_KEYS:,} different keys")])
    header = tuple(str(row[0]) for row in keys)
    cells = ", ".join(_as_text(f"${n}", f"c{n - 1}") for n in range(1, len(header) + 1))
    broken = _broken(con)
    con.execute("CREATE TABLE unusable AS SELECT unnest($1::BIGINT[]) AS n", [list(broken)])
    con.execute(
        f"CREATE TABLE rows AS SELECT {cells} FROM "
        "(SELECT CASE WHEN rowid NOT IN (SELECT n FROM unusable) THEN text::JSON END AS o FROM lines)",
        [_pointer(key) for key in header],
    )
    return StagedNdjson(con, header, _count(con), broken)


def _lines(blocks: Iterable[bytes], name: str) -> Iterator[list[bytes]]:
    rest = b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        if len(rest) > LONGEST_LINE:
            raise Invalid(
                [Problem(name, f"has a line of more than {LONGEST_LINE >> 20} MB: each line is to be one object")]
            )
        if whole:
            yield whole
    if rest:
        yield [rest]


def _take(con: duckdb.DuckDBPyConnection, before: int, lines: Sequence[bytes]) -> None:
    texts = [line.decode("utf-8", "replace").strip() for line in lines]
    if before == 0:
        texts[0] = texts[0].removeprefix("\ufeff")
    full = [(before + n, text) for n, text in enumerate(texts, 1) if text]
    con.execute(
        "INSERT INTO lines SELECT unnest($1::BIGINT[]), unnest($2::VARCHAR[])",
        [[number for number, _ in full], [text for _, text in full]],
    )


def _as_text(path: str, name: str) -> str:
    return (
        f"nullif(CASE json_type(o, {path}) WHEN 'ARRAY' THEN array_to_string("
        f"(o -> {path}) ->> '$[*]', '{SEPARATOR} ') ELSE o ->> {path} END, '') AS {name}"
    )


def _broken(con: duckdb.DuckDBPyConnection) -> dict[int, str]:
    rows = con.execute(f"SELECT rowid FROM lines WHERE NOT {_IS_OBJECT}").fetchall()
    pointer = "'/' || replace(replace(key, '~', '~0'), '/', '~1')"
    nested = con.execute(
        f"SELECT n, min(key) FROM (SELECT rowid AS n, text, unnest(json_keys(text)) AS key FROM lines "
        f"WHERE {_IS_OBJECT} AND contains(substr(text, 2), '{{')) "
        f"WHERE json_type(text, {pointer}) = 'OBJECT' GROUP BY n"
    ).fetchall()
    reasons = {int(n): f'"{key}" holds an object, which is no value of a field' for n, key in nested}
    return reasons | {int(row[0]): "the line is no JSON object" for row in rows}


def _count(con: duckdb.DuckDBPyConnection) -> int:
    return int(con.execute("SELECT count(*) FROM rows").fetchall()[0][0])


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")
