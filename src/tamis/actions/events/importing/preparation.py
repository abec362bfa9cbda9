"""Preparing the rows of a file of events: what each cell says, and which rows cannot be events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

import msgspec

from tamis.actions.events.importing.mapping import EventColumnMap
from tamis.actions.events.importing.options import EventImportOptions
from tamis.actions.events.stated_events import property_key, raw_value
from tamis.actions.importing.rows.row_preparation import parse_email_column
from tamis.actions.importing.sources import StagedFile
from tamis.domain.errors import Invalid, Message, Problem, ValueProblem
from tamis.domain.events.event_instants import parse_event_instant
from tamis.domain.events.events import MAX_PROPERTIES
from tamis.domain.values.dates import DateOrder, in_utc, read_datetime
from tamis.domain.values.fields import Kind
from tamis.domain.values.instants import to_micros
from tamis.domain.values.text import MAX_LINE, fold, name_problem, text_problem
from tamis.records.events.rows import write_canonically
from tamis.staging.cells import cell_sql, find_columns_with_prefix, find_padded_columns
from tamis.staging.emails import EmailExpressions
from tamis.staging.events import cells, properties
from tamis.staging.events.cells import SqlColumn
from tamis.staging.events.properties import PropertySource
from tamis.staging.handle import StagingDatabase
from tamis.staging.problems import create_problems

NO_ID = SqlColumn("''")


@dataclass(frozen=True, slots=True)
class PreparedColumns:
    """What the columns of a file say, in SQL; the problems of rows are in the staging database."""

    emails: EmailExpressions
    at: SqlColumn
    name: SqlColumn
    key: SqlColumn
    sources: Sequence[PropertySource]


def prepare(
    staging: StagingDatabase, source: StagedFile, columns: EventColumnMap, zone: ZoneInfo, options: EventImportOptions
) -> PreparedColumns:
    """Parse the columns of a file; raises Invalid for a name of all events that cannot be one, and for too many
    properties."""
    width, words, utc = len(source.header), options.words, zone.key == "UTC"
    parts = [position for position in (columns.email, columns.at, columns.event, columns.id) if position is not None]
    source.typed.reject_nested([*parts, *columns.properties])
    padded = find_padded_columns(staging, width)
    create_problems(staging, source.staged.broken)
    cells.create_column_names(staging, source.header)
    escaped = _columns_with_escapes(staging, width) if source.is_spreadsheet else frozenset()
    for position in escaped & {columns.event, columns.id}:
        properties.strip_escapes(staging, position)
    emails = parse_email_column(staging, columns.email, padded, None, unescaped=source.is_spreadsheet)
    at = cells.parse_instants(staging, columns.at, padded, partial(_instant, zone=zone, order=options.order), utc=utc)
    if columns.event is None:
        name = cells.name_all(staging, _chosen_name(options))
    else:
        problem_of = partial(_problem_of_name, options)
        name = cells.parse_names(staging, columns.event, padded, fold, problem_of)
    key = NO_ID
    if columns.id is not None:
        reason = words.render(Message("row_event_id_not_possible", most=MAX_LINE))
        key = cells.check_ids(staging, columns.id, padded, reason)
    sources = _sources(staging, source, columns, padded, escaped)
    properties.reject_texts(staging, sources, lambda text: _rendered(options, text_problem(text)))
    return PreparedColumns(emails, at, name, key, sources)


def _instant(text: str, zone: ZoneInfo, order: DateOrder | None) -> int:
    try:
        return parse_event_instant(text, zone)
    except ValueProblem:
        if order is None:
            raise
    return to_micros(in_utc(read_datetime(text, order), zone, text))


def _chosen_name(options: EventImportOptions) -> str:
    name = (options.event or "").strip()
    if problem := name_problem(name):
        raise Invalid([Problem.of("event", problem)])
    return name


def _columns_with_escapes(staging: StagingDatabase, width: int) -> frozenset[int]:
    """Return the columns with a cell that may be escaped against formulas, or that is one."""
    return find_columns_with_prefix(staging, width, "'") | find_columns_with_prefix(staging, width, "=")


def _sources(
    staging: StagingDatabase,
    source: StagedFile,
    columns: EventColumnMap,
    padded: frozenset[int],
    escaped: frozenset[int],
) -> list[PropertySource]:
    """Return where the values of properties come from: columns, and the objects of one column."""
    texts = _text_columns(source, columns.properties)
    found = [
        PropertySource(
            position, name, cell_sql(position, padded), f"v{position:d}", position in texts, position in escaped
        )
        for position, name in columns.properties.items()
    ]
    if columns.nested is None:
        return found
    keys = properties.nested_keys(staging, columns.nested, MAX_PROPERTIES)
    named = {property_key(each.name) for each in found}
    usable = [key for key in keys if property_key(key) and property_key(key) not in named]
    unique = list({property_key(key): key for key in reversed(usable)}.values())[::-1]
    if len(found) + len(unique) > MAX_PROPERTIES:
        raise Invalid([Problem("header", "too_many_property_columns", most=MAX_PROPERTIES, count=len(keys))])
    nested = properties.add_nested_cells(staging, columns.nested, unique, _canonical_number) if unique else []
    return found + [
        PropertySource(columns.nested, key, cell, f"nested_{number:d}", nested_value=value)
        for number, (key, (cell, value)) in enumerate(zip(unique, nested, strict=True))
    ]


def _canonical_number(text: str) -> str:
    """Return a number in JSON as it is kept; one that cannot be is kept as a text."""
    try:
        return write_canonically(raw_value(msgspec.json.decode(text)))
    except (msgspec.DecodeError, ValueProblem):
        return write_canonically(text)


def _text_columns(source: StagedFile, positions: Mapping[int, str]) -> set[int]:
    """Return the columns of a typed file whose values are texts, also where these look like numbers."""
    declared = source.typed.declared_types(list(positions))
    return {position for position, found in declared.items() if found.kind not in (Kind.NUMBER, Kind.BOOLEAN)}


def _problem_of_name(options: EventImportOptions, text: str) -> str | None:
    return _rendered(options, name_problem(text))


def _rendered(options: EventImportOptions, problem: Message | None) -> str | None:
    return None if problem is None else options.words.render(problem)
