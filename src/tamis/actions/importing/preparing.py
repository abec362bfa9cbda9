"""From the rows of a file to contacts that can be stored, and to rejects with every reason."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

import duckdb

from tamis.actions.contacts.forgetting import Refusals
from tamis.actions.importing.added import Added, AddOptions, add_named_options, unknown_options
from tamis.actions.importing.bad_values import Policy
from tamis.actions.importing.mapping import ColumnMap
from tamis.actions.importing.report import Blanked
from tamis.actions.importing.sources import Source
from tamis.domain.emails import Email, clean_email, parse_email
from tamis.domain.fields import Field, Kind, new_options
from tamis.domain.formulas import unescape
from tamis.domain.reading.cells import cell_reader
from tamis.domain.reading.columns import ColumnReading
from tamis.domain.text import short
from tamis.workbench import addresses
from tamis.workbench.addresses import Addresses, Cleaned
from tamis.workbench.cells import Column, Misfit, Part, make_problems, misfits, read_cells
from tamis.workbench.documents import merge_repeats
from tamis.workbench.staging import Located

TEXTS = (Kind.TEXT, Kind.CHOICE, Kind.CHOICES)
STRUCTURE = -2
ROWS_A_LOCATION = 5_000
MOST_EXAMPLES = 3
# What a reason says of one row alone, at its end: without it, reasons can be counted. Options are no row's own.
_OWN = r"""(, not|:)? ".*$"""
_OWN_AFTER_OPTIONS = ', not ".*$'


@dataclass(frozen=True, slots=True)
class Reading:
    """How cells are read: the time zone, how each column is written, the columns that are wholly plain and those that
    are padded, and whether apostrophes are taken from before formulas."""

    zone: ZoneInfo
    columns: Mapping[int, ColumnReading]
    plain: frozenset[int]
    padded: frozenset[int]
    unescaped: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows that are ready: how to read them off the workbench, the options that were added for them and those that are
    not known, whether some were merged, and how many are not stored by themselves."""

    addresses: Addresses
    parts: Sequence[Part]
    added: Added
    unknown_options: Mapping[str, Mapping[str, int]]
    merged: bool
    rejected: int
    repeated: int
    cleaned: Cleaned
    misfits: Sequence[Misfit]


def begin_problems(con: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Make the `problems` of a file, with those of the structure of its rows."""
    broken = source.staged.broken
    make_problems(con)
    con.execute(
        f"INSERT INTO problems SELECT unnest($1::BIGINT[]), {STRUCTURE}, unnest($2::VARCHAR[])",
        [list(broken), list(broken.values())],
    )


def read_addresses(
    con: duckdb.DuckDBPyConnection,
    position: int,
    padded: frozenset[int],
    refusals: Refusals | None,
    *,
    unescaped: bool,
) -> Addresses:
    """Read the addresses of a file, adding those that are none to its `problems`."""
    found = addresses.read_addresses(con, position, padded, _unescaped_email if unescaped else clean_email)
    if refusals:
        for some in addresses.keys(con, found):
            if refused := refusals(some):
                addresses.refuse(con, found, refused)
    return found


def any_good(con: duckdb.DuckDBPyConnection, source: Source) -> bool:
    """Tell whether any row has no problem up to now."""
    bad = con.execute("SELECT count(DISTINCT n) FROM problems").fetchall()[0][0]
    return bool(bad < source.staged.count)


def prepare(
    con: duckdb.DuckDBPyConnection,
    columns: ColumnMap,
    addressed: Addresses,
    reading: Reading,
    policies: Mapping[int, Policy],
    add: AddOptions,
    *,
    erase: bool,
) -> Prepared:
    """Read all cells of the columns that feed fields, and sort the rows out, adding the options that good rows name and
    their fields may have. Rows of one address say together what they would say one after the other; where blank cells
    `erase`, that is what the last of them says."""
    fields, utc = columns.fields, reading.zone.key == "UTC"
    adding = {position: field for position, field in fields.items() if policies[position].adds}

    def read(some: Mapping[int, Field]) -> list[Part]:
        readers = [_column(position, field, reading, policies[position]) for position, field in some.items()]
        return read_cells(con, readers, reading.plain, reading.padded, utc=utc)

    parts = read({position: field for position, field in fields.items() if position not in adding})
    added = add_named_options(con, adding, policies, reading.padded, partial(_named, reading), add)
    fields = fields | added.fields
    parts = sorted(parts + read({position: fields[position] for position in adding}), key=lambda part: part.field_id)
    unknown = unknown_options(
        con,
        fields,
        [part for part in parts if not policies[part.position].blanks],
        reading.padded,
        partial(_named, reading),
    )
    rejected, repeated = addresses.leave_out(con, addressed)
    merged = bool(repeated) and not erase and merge_repeats(con, parts)
    cleaned = addresses.cleaned(con, columns.email, reading.padded)
    odd = misfits(con, parts, reading.padded)
    return Prepared(addressed, parts, added, unknown, merged, rejected, repeated, cleaned, odd)


def reasons(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Count the rows by what is wrong with them, the most frequent first."""
    rows = con.execute(
        "SELECT why, count(DISTINCT n) AS rows "
        "FROM (SELECT n, regexp_replace("
        "reason, CASE WHEN contains(reason, ' must be one of ') THEN $2 ELSE $1 END, '', 's') AS why FROM problems) "
        "GROUP BY why ORDER BY rows DESC, why",
        [_OWN, _OWN_AFTER_OPTIONS],
    ).fetchall()
    return {why: int(count) for why, count in rows}


def rejects(con: duckdb.DuckDBPyConnection, source: Source) -> Iterator[tuple[Located, Sequence[str]]]:
    """Give the rejected rows as they stand in the file, each with its reasons in the order of its cells."""
    return _located(con, source, "SELECT n, list(reason ORDER BY place) FROM problems GROUP BY n ORDER BY n")


def blanked_rows(con: duckdb.DuckDBPyConnection, source: Source) -> Iterator[tuple[Located, Sequence[str]]]:
    """Give the rows that are stored without some of their cells as they stand in the file, each with the reasons."""
    return _located(
        con,
        source,
        "SELECT n, list('left blank: ' || reason ORDER BY place) FROM blanked "
        "WHERE n NOT IN (SELECT n FROM problems) GROUP BY n ORDER BY n",
    )


def blanked(con: duckdb.DuckDBPyConnection, source: Source) -> tuple[Blanked, ...]:
    """Count the cells that are left blank by column, with the first of them."""
    found = con.execute(
        f"SELECT place, count(*), min(n, {MOST_EXAMPLES}) FROM blanked WHERE n NOT IN (SELECT n FROM problems) "
        "GROUP BY place ORDER BY place"
    ).fetchall()
    rows = {row.number: row for row in source.staged.locate(sorted({n for _, _, first in found for n in first}))}
    return tuple(
        Blanked(
            source.header[place],
            int(count),
            tuple((rows[n].line, short(rows[n].cells[place].strip())) for n in sorted(first)),
        )
        for place, count, first in found
    )


def _located(con: duckdb.DuckDBPyConnection, source: Source, query: str) -> Iterator[tuple[Located, Sequence[str]]]:
    with con.cursor() as reading:
        reading.execute(query)
        while rows := reading.fetchmany(ROWS_A_LOCATION):
            found = dict(rows)
            for row in source.staged.locate(list(found)):
                yield row, found[row.number]


def _named(reading: Reading, field: Field) -> Callable[[str], list[str]]:
    return lambda text: new_options(_unescaped(text, field, reading), field)


def _column(position: int, field: Field, reading: Reading, policy: Policy) -> Column:
    written = reading.columns.get(position, ColumnReading(field.kind))
    read = cell_reader(field, reading.zone, written)
    if reading.unescaped and field.kind in TEXTS:
        return Column(position, field, written, lambda text: read(_unescaped(text, field, reading)), policy.blanks)
    return Column(position, field, written, read, policy.blanks)


def _unescaped(text: str, field: Field, reading: Reading) -> str:
    return unescape(text.strip()) if reading.unescaped and field.kind in TEXTS else text


def _unescaped_email(text: str) -> Email | None:
    return parse_email(unescape(text.strip())) or clean_email(text)
