"""DuckDB's implementation of exports: it writes the file itself, so that no row passes through Python, except for the
unsubscribe links."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.interface.exports import AllContacts, MakeLink, Rows, SegmentRecipients, SelectedContacts
from tamis.columns.layout.contacts import column, original, table
from tamis.columns.layout.externals import selected_externals
from tamis.columns.layout.membership import can_be_mailed, is_in_segment, recipients_of
from tamis.columns.layout.sources import stored_source
from tamis.columns.reads.export_links import CONTACT, ROW, is_link, with_links, write_links
from tamis.columns.reads.export_links import EMAIL as ROW_EMAIL
from tamis.columns.reads.recipients import with_inclusions
from tamis.domain.files.exports import Format, OutputOptions
from tamis.domain.files.formulas import TO_ESCAPE
from tamis.domain.inference.parquet_metadata import KEY, format_field_metadata
from tamis.domain.segments.segments import EXTERNAL_BIT
from tamis.domain.values.choices import SEPARATOR
from tamis.domain.values.fields import EMAIL, FIRST_NAME, FIRST_TOPIC_FIELD, LAST_NAME, Field, Kind
from tamis.rules.sql.compiler import compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule

BYTE_ORDER_MARK = "\ufeff"
_EXACT_WHOLE = 1e16
_TEXT = (Kind.TEXT, Kind.CHOICE)
_SPREADSHEET_TIME = "%Y-%m-%d %H:%M:%S"
_MINUTE, _SECOND = 60_000_000, 1_000_000


def contacts(type_id: int, fields: Sequence[Field]) -> str:
    """Return the query for all contacts of a type, ordered by id."""
    return f"SELECT {_KEYS}{_columns(fields)} FROM {table(type_id)} ORDER BY id"


def selected(type_id: int, fields: Sequence[Field], rule: Rule, as_of: EvaluationTime, parameters: Parameters) -> str:
    """Return the query for the contacts that a rule selects, ordered by id, and after them the external recipients that
    it selects."""
    where = compile_rule(rule, as_of, stored_source(is_in_segment), parameters)
    query = f"SELECT {_KEYS}{_columns(fields)} FROM {table(type_id)} WHERE {where} ORDER BY id"
    externals = selected_externals(rule, as_of, parameters, (EMAIL, *fields))
    if externals is None:
        return query
    rows = f"SELECT {_KEYS}{_columns(fields)} FROM"
    both = f"{rows} {table(type_id)} WHERE {where} UNION ALL {rows} ({externals})"
    return f"SELECT * FROM ({both}) ORDER BY {ROW}"


def recipients(type_id: int, segment_id: int, fields: Sequence[Field], *, mailable: bool = False) -> str:
    """Return the query for the recipients of a segment, ordered by recipient id; `mailable` leaves out suppressed ones.

    A contact has its own values, also if it was included under another name. Only email and name are known of an
    external recipient.
    """
    known = {EMAIL.id: "m.email", FIRST_NAME.id: "m.first_name", LAST_NAME.id: "m.last_name"}

    def value(field: Field) -> str:
        of_contact = original(field, "c.")
        if field.id not in known:
            return of_contact
        return f"CASE WHEN c.id IS NULL THEN {known[field.id]} ELSE {of_contact} END"

    keys = f"m.recipient_id AS {ROW}, c.id AS {CONTACT}, {value(EMAIL)} AS {ROW_EMAIL}"
    values = "".join(f", {value(field)} AS {column(field)}" for field in fields)
    rows = recipients_of(segment_id)
    if mailable:
        rows = f"SELECT * FROM {rows} WHERE {can_be_mailed(type_id)}"
    return (
        f"SELECT {keys}{values} FROM ({with_inclusions(rows)}) m "
        f"LEFT JOIN {table(type_id)} c ON c.id = m.contact_id ORDER BY m.recipient_id"
    )


class DuckExportReads:
    """Writes rows to files."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def write(
        self,
        rows: Rows,
        fields: Sequence[Field],
        layout: OutputOptions,
        target: Path,
        timezone: str,
        make_link: MakeLink,
    ) -> int:
        parameters = Parameters(DUCKDB)
        stored = [field for field in fields if not is_link(field)]
        match rows:
            case AllContacts(type_id):
                query = contacts(type_id, stored)
            case SelectedContacts(type_id, rule, as_of):
                query = selected(type_id, stored, rule, as_of, parameters)
            case SegmentRecipients(type_id, segment_id, mailable):
                query = recipients(type_id, segment_id, stored, mailable=mailable)
        if len(stored) < len(fields):
            links = target.with_name("links")
            write_links(self._con, query, parameters.values, make_link, links)
            query = with_links(query, fields, links)
        return self._write(query, parameters, fields, layout, target, timezone)

    def _write(
        self,
        rows: str,
        parameters: Parameters,
        fields: Sequence[Field],
        layout: OutputOptions,
        target: Path,
        timezone: str,
    ) -> int:
        """Write the rows of a query that has a column for each field."""
        clocks = parameters.bind(timezone) if layout.local else None
        values = ", ".join(
            f"{_cell(field, layout, clocks, alone=len(fields) == 1)} "
            f"AS {_name(field, marked=layout.mark and place == 0)}"
            for place, field in enumerate(fields)
        )
        path = str(target).replace("'", "''")  # COPY takes no parameters
        options = _options(layout)
        if layout.format is Format.PARQUET:
            own = [field for field in fields if not is_link(field) and field.id < FIRST_TOPIC_FIELD]
            described = format_field_metadata(own)
            options += f", KV_METADATA {{{KEY}: {parameters.bind(described)}}}"
        written = self._con.execute(
            f"COPY (SELECT {values} FROM ({rows})) TO '{path}' ({options}, USE_TMP_FILE false)", parameters.values
        ).fetchall()
        return int(written[0][0])


_KEYS = f"id AS {ROW}, CASE WHEN id < {EXTERNAL_BIT} THEN id END AS {CONTACT}, {original(EMAIL)} AS {ROW_EMAIL}"


def _columns(fields: Sequence[Field]) -> str:
    return "".join(f", {original(f)} AS {column(f)}" for f in fields)


def _name(field: Field, *, marked: bool) -> str:
    key = field.key.replace('"', '""')
    return f'"{BYTE_ORDER_MARK if marked else ""}{key}"'


def _options(layout: OutputOptions) -> str:
    if layout.format is Format.PARQUET:
        return "FORMAT parquet, COMPRESSION zstd"
    compression = ", COMPRESSION gzip" if layout.compressed else ", COMPRESSION none"
    if layout.format is Format.NDJSON:
        return "FORMAT json, ARRAY false" + compression
    return "FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR ''" + compression


def _cell(field: Field, layout: OutputOptions, clocks: str | None, *, alone: bool) -> str:
    """Return the SQL for a value in the format of an export. `clocks` is the placeholder of the time zone for local
    instants; `alone` is true if the row has no other value."""
    value = column(field)
    if layout.format is Format.PARQUET:
        # Stored and exported instants are both in UTC, whatever the time zone of the machine.
        return f"{value} AT TIME ZONE 'UTC'" if field.kind is Kind.DATETIME else value
    if layout.format is Format.NDJSON:
        return _instant(value) if field.kind is Kind.DATETIME else value
    if clocks and field.kind is Kind.DATETIME:
        text = f"strftime(timezone({clocks}, {value} AT TIME ZONE 'UTC'), '{_SPREADSHEET_TIME}')"
    else:
        text = cell_text(field.kind, value, escapes=layout.escapes)
    return f"coalesce({text}, '')" if alone else text  # an empty line would not be read as a row


def cell_text(kind: Kind, value: str, *, escapes: bool) -> str:
    """Return the SQL for a value as `format_value` writes it; `escapes` is true to escape formulas."""
    if kind is Kind.NUMBER:
        whole = f"{value} = trunc({value}) AND abs({value}) < {_EXACT_WHOLE}"
        return f"CASE WHEN {whole} THEN {value}::BIGINT::VARCHAR ELSE {value}::VARCHAR END"
    if kind is Kind.DATETIME:
        return _instant(value)
    if kind is Kind.CHOICES:
        value = f"array_to_string({value}, '{SEPARATOR} ')"
    elif kind not in _TEXT:
        return f"{value}::VARCHAR"
    return (
        f"CASE WHEN regexp_matches({value}, '{_in_sql(TO_ESCAPE)}') THEN '''' || {value} ELSE {value} END"
        if (escapes)
        else value
    )


def _instant(value: str) -> str:
    return (
        f"CASE WHEN epoch_us({value}) % {_MINUTE} = 0 THEN strftime({value}, '%Y-%m-%dT%H:%MZ') "
        f"WHEN epoch_us({value}) % {_SECOND} = 0 THEN strftime({value}, '%Y-%m-%dT%H:%M:%SZ') "
        f"ELSE strftime({value}, '%Y-%m-%dT%H:%M:%S.%fZ') END"
    )


def _in_sql(text: str) -> str:
    return text.replace("'", "''")
