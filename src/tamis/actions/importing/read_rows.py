"""Turn rows of a file into contacts, or into rejects with every reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from tamis.actions.importing.csv_file import Row
from tamis.actions.importing.mapping import ColumnMap
from tamis.domain.emails import Email, parse_email
from tamis.domain.fields import Field, Value, ValueProblem, parse_value


@dataclass(frozen=True, slots=True)
class Good:
    """A row that can be stored: fields with a value, and fields whose cell was blank."""

    email: Email
    values: dict[int, Value]
    blank: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be stored, and why."""

    row: Row
    reasons: tuple[str, ...]


def read_rows(
    batch: Sequence[Row], width: int, columns: ColumnMap, zone: ZoneInfo, want_blank: bool
) -> tuple[list[Good], list[Reject]]:
    """Read a batch column by column: each distinct cell of a column is parsed once."""
    whole = [row for row in batch if len(row.cells) == width]
    rejects = [
        Reject(row, (f"the row has {len(row.cells)} cells, the header has {width}",))
        for row in batch
        if len(row.cells) != width
    ]
    if not whole:
        return [], rejects
    cells = list(zip(*(row.cells for row in whole), strict=True))
    emails = [parse_email(cell) for cell in cells[columns.email]]
    reasons: dict[int, list[str]] = {i: [_email_reason(whole[i], columns)] for i, e in enumerate(emails) if e is None}
    ids = [field.id for field in columns.fields.values()]
    parsed = [_column(cells[p], field, zone, reasons) for p, field in columns.fields.items()]
    good = []
    for index, (email, values) in enumerate(
        zip(emails, zip(*parsed, strict=True) if parsed else [()] * len(whole), strict=True)
    ):
        if email is None or index in reasons:
            rejects.append(Reject(whole[index], tuple(reasons[index])))
            continue
        known = {id_: value for id_, value in zip(ids, values, strict=True) if value is not None}
        blank = tuple(id_ for id_ in ids if id_ not in known) if want_blank else ()
        good.append(Good(email, known, blank))
    return good, rejects


def _column(cells: Sequence[str], field: Field, zone: ZoneInfo, reasons: dict[int, list[str]]) -> list[Value | None]:
    parse = partial(_parse, field=field, zone=zone)
    parsed = {cell: parse(cell) for cell in set(cells)}
    if any(type(value) is ValueProblem for value in parsed.values()):
        for index, cell in enumerate(cells):
            problem = parsed[cell]
            if type(problem) is ValueProblem:
                reasons.setdefault(index, []).append(f"{field.key} {problem}")
    values = {cell: None if isinstance(value, ValueProblem) else value for cell, value in parsed.items()}
    return [values[cell] for cell in cells]


def _parse(cell: str, field: Field, zone: ZoneInfo) -> Value | ValueProblem | None:
    try:
        return parse_value(cell, field, zone)
    except ValueProblem as problem:
        return problem


def _email_reason(row: Row, columns: ColumnMap) -> str:
    cell = row.cells[columns.email].strip()
    return f'email must be a valid e-mail address, not "{cell[:80]}"' if cell else "email is missing"
