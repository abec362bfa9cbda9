"""A file of JSON objects, one a line, as rows of text cells."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from tamis.domain.errors import Invalid, Problem
from tamis.domain.fields import Kind
from tamis.domain.reading.declared import Declared
from tamis.workbench.parquet import located_in_rows
from tamis.workbench.staging import Located
from tamis.workbench.typed import declared_lists, declared_numbers, declared_strings, list_in_text

LONGEST_LINE = 16 << 20
MOST_KEYS = 10_000
GREAT_MAJORITY = 0.95
_IS_OBJECT = "CASE WHEN json_valid(text) THEN json_type(text) = 'OBJECT' ELSE FALSE END"
_STRING, _NUMBER, _BOOLEAN, _LIST, _NESTED, _NOTHING = '"', "0", "t", "[", "{", "n"


@dataclass(frozen=True, slots=True)
class StagedNdjson:
    """The objects of a file; a line that holds none is in `broken`, and blank lines are none.

    `types` counts, by position, what JSON has in the cells of a column that are filled."""

    con: duckdb.DuckDBPyConnection
    header: tuple[str, ...]
    count: int
    broken: dict[int, str]
    types: Mapping[int, Mapping[str, int]]

    def locate(self, numbers: Iterable[int]) -> Iterator[Located]:
        """Give line and cells of some rows, by ascending numbers; a broken one has its text as its only cell."""
        lines = "(SELECT any_value(l.number) FROM lines l WHERE l.rowid = r.rowid)"
        found = self.con.execute(
            "SELECT rowid, text FROM lines WHERE rowid IN (SELECT unnest($1::BIGINT[]))", [list(self.broken)]
        )
        texts = dict(found.fetchall())
        for row in located_in_rows(self.con, numbers, lines):
            yield row._replace(cells=[texts[row.number]]) if row.number in texts else row

    @property
    def nested(self) -> frozenset[int]:
        """The columns of which most filled cells are objects, or lists of such."""
        return frozenset(p for p, found in self.types.items() if 2 * found.get(_NESTED, 0) > sum(found.values()))

    def declare(self, positions: Collection[int]) -> dict[int, Declared]:
        """Tell what some columns hold."""
        return {position: self._declared(position) for position in positions if position not in self.nested}

    def refuse_nested(self, positions: Collection[int]) -> None:
        """Let the rows with an object in any of some columns be broken."""
        for position in positions:
            if self.types.get(position, {}).get(_NESTED):
                rows = self.con.execute(
                    f"SELECT rowid FROM types WHERE substr(t, {position + 1:d}, 1) = '{_NESTED}'"
                ).fetchall()
                reason = f'"{self.header[position]}" holds an object, which is no value of a field'
                self.broken.update({int(row[0]): reason for row in rows})
                blank = ", ".join(f"c{n} = NULL" for n in range(len(self.header)))
                self.con.execute(
                    f"UPDATE rows SET {blank} WHERE rowid IN (SELECT rowid FROM types "
                    f"WHERE substr(t, {position + 1:d}, 1) = '{_NESTED}')"
                )

    def _declared(self, position: int) -> Declared:
        found = self.types.get(position, {})
        filled = sum(found.values()) - found.get(_NESTED, 0)
        if 2 * found.get(_LIST, 0) > filled:
            return declared_lists(self.con, position)
        for mark, kind in ((_NUMBER, Kind.NUMBER), (_BOOLEAN, Kind.BOOLEAN)):
            if filled and found.get(mark, 0) >= GREAT_MAJORITY * filled:
                return declared_numbers(self.con, position, are_floats=True) if mark == _NUMBER else Declared(kind)
        return declared_strings(self.con, position, may_be_dates=found.get(_STRING, 0) == filled)


def stage_ndjson(
    con: duckdb.DuckDBPyConnection,
    blocks: Iterable[bytes],
    name: str,
    progress: Callable[[], None],
    unreadable: Mapping[int, str],
) -> StagedNdjson:
    """Make `rows` of the bytes of a file of JSON objects, called `name` in what people are told; raises Invalid. Lines
    that are `unreadable` are by number in a mapping to the reason."""
    con.execute("CREATE TABLE lines (number BIGINT, text VARCHAR)")
    number = 0
    for lines in _lines(blocks, name):
        _take(con, number, lines)
        number += len(lines)
        progress()
    header = _keys(con)
    if not header:
        raise Invalid([Problem(name, 'has no JSON object: each line must be one, such as {"email": "a@b.org"}')])
    if len(header) > MOST_KEYS:
        raise Invalid([Problem(name, f"has more than {MOST_KEYS:,} different keys")])
    _lay_out(con, header)
    count = int(con.execute("SELECT count(*) FROM rows").fetchall()[0][0])
    broken = {
        int(row[0]): "the line is no JSON object" for row in con.execute("FROM not_objects ORDER BY n").fetchall()
    }
    return StagedNdjson(con, header, count, broken | _unreadable(con, unreadable), _types(con, len(header)))


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


def _keys(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """List the keys of all objects in the order in which they come, and make `not_objects` of the other lines."""
    con.execute(f"CREATE TABLE not_objects AS SELECT rowid AS n FROM lines WHERE NOT {_IS_OBJECT}")
    keys = con.execute(
        "SELECT key FROM (SELECT n, unnest(keys) AS key, generate_subscripts(keys, 1) AS place FROM "
        "(SELECT json_keys(text) AS keys, min(rowid) AS n FROM lines WHERE rowid NOT IN (FROM not_objects) GROUP BY 1))"
        " GROUP BY key ORDER BY min(n), arg_min(place, n)"
    ).fetchall()
    return tuple(str(row[0]) for row in keys)


def _lay_out(con: duckdb.DuckDBPyConnection, header: Sequence[str]) -> None:
    """Make `rows`, and `types`, in which each row has one letter for what JSON has in each of its cells."""
    nested = (
        "left(v, 1) = '[' AND (contains(v, '{') OR contains(substr(v, 2), '[')) "
        "AND list_has_any(json_type(v, '$[*]'), ['OBJECT', 'ARRAY'])"
    )
    letter = (
        f"CASE WHEN v IS NULL OR v IN ('null', '\"\"', '[]') THEN '{_NOTHING}' WHEN {nested} THEN '{_NESTED}' "
        f"WHEN left(v, 1) = 'f' THEN '{_BOOLEAN}' WHEN left(v, 1) BETWEEN '0' AND '9' OR left(v, 1) = '-' "
        f"THEN '{_NUMBER}' ELSE left(v, 1) END"
    )
    con.execute(
        f"CREATE TABLE parsed AS SELECT v, array_to_string(list_transform(v, lambda v: {letter}), '') AS t FROM "
        "(SELECT json_extract(CASE WHEN rowid NOT IN (FROM not_objects) THEN text END, $1::VARCHAR[])::VARCHAR[] AS v "
        "FROM lines)",
        [[_pointer(key) for key in header]],
    )
    cells = ", ".join(f"{_as_text(n)} AS c{n - 1}" for n in range(1, len(header) + 1))
    con.execute(f"CREATE TABLE rows AS SELECT {cells} FROM parsed")
    con.execute("CREATE TABLE types AS SELECT t FROM parsed")
    con.execute("DROP TABLE parsed")


def _as_text(place: int) -> str:
    value, letter = f"v[{place:d}]", f"substr(t, {place:d}, 1)"
    parts = list_in_text(f"({value}::JSON ->> '$[*]')")
    return (
        f"CASE {letter} WHEN '{_STRING}' THEN {value}::JSON ->> '$' WHEN '{_LIST}' THEN {parts} "
        f"WHEN '{_NOTHING}' THEN NULL ELSE {value} END"
    )


def _types(con: duckdb.DuckDBPyConnection, width: int) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for position, letter, count in con.execute(
        "SELECT place - 1, substr(t, place, 1) AS letter, sum(rows)::BIGINT FROM "
        "(SELECT t, count(*) AS rows FROM types WHERE t <> '' GROUP BY t), range(1, $1 + 1) r(place) "
        f"WHERE letter NOT IN ('{_NOTHING}', '') GROUP BY ALL",
        [width],
    ).fetchall():
        found.setdefault(int(position), {})[str(letter)] = int(count)
    return found


def _unreadable(con: duckdb.DuckDBPyConnection, unreadable: Mapping[int, str]) -> dict[int, str]:
    found = con.execute(
        "SELECT rowid, number FROM lines WHERE number IN (SELECT unnest($1::BIGINT[]))", [list(unreadable)]
    )
    return {int(n): unreadable[number] for n, number in found.fetchall()}


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")
