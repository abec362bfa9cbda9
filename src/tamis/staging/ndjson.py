"""Staging NDJSON, a file with one JSON object per line, as rows of text cells.

The file is read twice: once for all keys, so that one with too many is refused early, and once to stage its values,
some thousands of lines at a time. The cost of both grows with its bytes.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tamis.domain.errors import Invalid, Param, Problem
from tamis.domain.inference.declared_types import DeclaredType
from tamis.domain.inference.majority import is_great_majority
from tamis.domain.values.fields import Kind
from tamis.files.limits import MOST_BROKEN, MOST_COLUMNS, is_too_sparse
from tamis.staging.delimited import SourceRow
from tamis.staging.handle import StagingDatabase
from tamis.staging.json_objects import (
    BOOLEAN,
    LIST,
    MOST_CASE_VARIANTS,
    NESTED,
    NUMBER,
    STRING,
    ObjectColumns,
    distinct_keys,
    find_keys,
)
from tamis.staging.parquet import locate_rows
from tamis.staging.sql import execute
from tamis.staging.typed_files import list_type, number_type, string_type

LONGEST_LINE = 16 << 20
BYTES_AT_ONCE = 8 << 20
CELLS_AT_ONCE = 500_000
NO_OBJECT = "the line is not a JSON object"


@dataclass(frozen=True, slots=True)
class StagedNdjson:
    """The staged objects of a file; lines without one are in `broken`, blank lines do not count.

    `types` counts the filled cells of each column, by position, by their JSON type."""

    staging: StagingDatabase
    header: tuple[str, ...]
    count: int
    broken: dict[int, str]
    types: Mapping[int, Mapping[str, int]]

    def locate(self, numbers: Iterable[int]) -> Iterator[SourceRow]:
        """Read rows by ascending numbers; a broken one has its text as its only cell."""
        wanted = list(numbers)
        found = execute(
            self.staging, "SELECT n, text FROM broken_lines WHERE n IN (SELECT unnest($1::BIGINT[]))", [wanted]
        ).fetchall()
        texts = dict(found)
        lines = "(SELECT l.number FROM line_numbers l WHERE l.rowid = r.rowid)"
        for row in locate_rows(self.staging, wanted, lines):
            yield row._replace(cells=[texts[row.number]]) if row.number in texts else row

    @property
    def nested(self) -> frozenset[int]:
        """The columns in which most filled cells are objects or lists of objects."""
        return frozenset(p for p, found in self.types.items() if 2 * found.get(NESTED, 0) > sum(found.values()))

    def declared_types(self, positions: Collection[int]) -> dict[int, DeclaredType]:
        """Return the types of some columns, by position."""
        return {position: self._declared(position) for position in positions if position not in self.nested}

    def reject_nested(self, positions: Collection[int]) -> None:
        """Mark rows with an object in any of some columns as broken."""
        holding = [position for position in positions if self.types.get(position, {}).get(NESTED)]
        if not holding:
            return
        found = execute(
            self.staging,
            "SELECT n, position FROM nested WHERE position IN (SELECT unnest($1::INTEGER[])) ORDER BY ALL",
            [holding],
        ).fetchall()
        reasons = {p: f'"{self.header[p]}" contains an object, which cannot be a field value' for p in holding}
        self.broken.update({int(n): reasons[position] for n, position in found})
        blank = ", ".join(f"c{n} = NULL" for n in range(len(self.header)))
        execute(
            self.staging,
            f"UPDATE rows SET {blank} WHERE rowid IN "
            "(SELECT n FROM nested WHERE position IN (SELECT unnest($1::INTEGER[])))",
            [holding],
        )

    def _declared(self, position: int) -> DeclaredType:
        found = self.types.get(position, {})
        filled = sum(found.values()) - found.get(NESTED, 0)
        if 2 * found.get(LIST, 0) > filled:
            return list_type(self.staging, position)
        for mark, kind in ((NUMBER, Kind.NUMBER), (BOOLEAN, Kind.BOOLEAN)):
            if is_great_majority(found.get(mark, 0), filled, 0):
                return number_type(self.staging, position, are_floats=True) if mark == NUMBER else DeclaredType(kind)
        return string_type(self.staging, position, may_be_dates=found.get(STRING, 0) == filled)


def stage_ndjson(
    staging: StagingDatabase,
    read: Callable[[], Iterable[bytes]],
    name: str,
    progress: Callable[[], None],
    unreadable: Mapping[int, str],
) -> StagedNdjson:
    """Stage a file of JSON objects as `rows`; `read` returns its bytes from the start, messages call it `name`.

    `unreadable` maps line numbers to the reason. Raises Invalid."""
    keys = dict[str, None]()
    broken = dict[int, str]()
    count = size = 0
    execute(staging, "CREATE TABLE line_numbers (number BIGINT)")
    for lines in _lines(read(), name):
        found = find_keys(staging, lines.texts)
        keys |= dict.fromkeys(key for some in found.keys for key in some)
        _check_keys(name, keys)
        broken |= {count + n: NO_OBJECT for n in found.others}
        broken |= {count + n: unreadable[line] for n, line in enumerate(lines.numbers) if line in unreadable}
        if len(broken) > MOST_BROKEN:
            raise _refuse(name, "too_many_lines_no_object", most=MOST_BROKEN)
        execute(staging, "INSERT INTO line_numbers SELECT unnest($1::BIGINT[])", [lines.numbers])
        count += len(lines.texts)
        size += lines.size
        progress()
    if not keys:
        raise _refuse(name, "ndjson_without_objects")
    if is_too_sparse(count, len(keys), size):
        raise _refuse(name, "table_too_sparse", columns=len(keys), rows=count)
    header = tuple(keys)
    types = _stage_lines(staging, ObjectColumns(header), _lines(read(), name), broken, progress)
    return StagedNdjson(staging, header, count, broken, types)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines that are not blank, their numbers in the file, and the bytes that they took."""

    texts: list[str]
    numbers: list[int]
    size: int


def _stage_lines(
    staging: StagingDatabase,
    columns: ObjectColumns,
    blocks: Iterable[_Lines],
    broken: Mapping[int, str],
    progress: Callable[[], None],
) -> dict[int, dict[str, int]]:
    types = defaultdict[int, Counter[str]](Counter)
    columns.create_rows(staging)
    execute(staging, "CREATE TABLE broken_lines (n BIGINT, text VARCHAR)")
    most, first = max(CELLS_AT_ONCE // columns.width, 1), 0
    for lines in blocks:
        for start in range(0, len(lines.texts), most):
            texts = lines.texts[start : start + most]
            bad = [n for n in range(len(texts)) if first + n in broken] if broken else []
            if bad:
                execute(
                    staging,
                    "INSERT INTO broken_lines SELECT unnest($1::BIGINT[]), unnest($2::VARCHAR[])",
                    [[first + n for n in bad], [texts[n] for n in bad]],
                )
            skipped = set(bad)
            objects = [None if n in skipped else text for n, text in enumerate(texts)]
            for position, letter, count in columns.add_rows(staging, first, objects):
                types[position][letter] += count
            first += len(texts)
            progress()
    return {position: dict(found) for position, found in types.items()}


def _check_keys(name: str, keys: Collection[str]) -> None:
    if len(keys) > MOST_COLUMNS:
        raise _refuse(name, "too_many_keys", most=MOST_COLUMNS)
    if len(keys) - len(distinct_keys(keys)) > MOST_CASE_VARIANTS:
        raise _refuse(name, "ndjson_keys_alike", most=MOST_CASE_VARIANTS)


def _lines(blocks: Iterable[bytes], name: str) -> Iterator[_Lines]:
    number = size = 0
    texts, numbers = list[str](), list[int]()
    for whole in _split(blocks, name):
        for line in whole:
            number += 1
            text = line.decode("utf-8", "replace").strip()
            if number == 1:
                text = text.removeprefix("\ufeff")
            if text:
                texts.append(text)
                numbers.append(number)
            size += len(line) + 1
        if size >= BYTES_AT_ONCE:
            yield _Lines(texts, numbers, size)
            texts, numbers, size = [], [], 0
    if texts:
        yield _Lines(texts, numbers, size)


def _split(blocks: Iterable[bytes], name: str) -> Iterator[list[bytes]]:
    rest = b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        if len(rest) > LONGEST_LINE:
            raise _refuse(name, "ndjson_line_too_long", most=LONGEST_LINE >> 20)
        if whole:
            yield whole
    if rest:
        yield [rest]


def _refuse(name: str, code: str, **params: Param) -> Invalid:
    return Invalid([Problem(name, code, **params)])
