"""Which column of a file feeds which field."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tamis.actions.fields import MOST_FIELDS
from tamis.domain.errors import Invalid, Problem
from tamis.domain.fields import CREATED_AT, EMAIL, UPDATED_AT, Field, FieldSet, key_of
from tamis.domain.text import counted

EMAIL_NAMES = ("email", "e_mail", "email_address", "e_mail_address")
REJECT_COLUMNS = ("rejected_line", "rejected_because")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Positions of columns: that of the address, those that feed fields, those without a field yet."""

    email: int
    fields: dict[int, Field]
    unknown: tuple[int, ...]
    ignored: tuple[int, ...]


def names_address(cells: Sequence[str], chosen: Mapping[str, str]) -> bool:
    """Tell whether the cells of a record name a column of e-mail addresses, so that it is the header of a file."""
    return any(key_of(cell) in EMAIL_NAMES or key_of(chosen.get(cell, "")) == EMAIL.key for cell in cells)


def map_columns(
    header: Sequence[str], fields: FieldSet, chosen: Mapping[str, str], create: bool, left_out: Collection[str] = ()
) -> ColumnMap:
    """Map a header to fields: by `chosen` (column to field), else by name, but for what is `left_out`; raises Invalid
    with all that is wrong."""
    problems = [Problem("--map", f'the file has no column "{name}"') for name in chosen if name not in header]
    targets: dict[int, Field] = {}
    unknown, ignored = [], []
    for position, name in enumerate(header):
        reference = chosen.get(name, name)
        field = fields.find(reference)
        if name in chosen and field is None:
            problems.append(Problem("--map", f'there is no field "{reference}"'))
        elif name in left_out or key_of(name) in REJECT_COLUMNS or not name or field in (CREATED_AT, UPDATED_AT):
            ignored.append(position)
        elif field is not None:
            targets[position] = field
        elif create and key_of(name):
            unknown.append(position)
        else:
            ignored.append(position)
    email = _email_column(header, targets, [*unknown, *(p for p in ignored if header[p] not in left_out)])
    if email is None:
        problems.append(
            Problem(
                "header",
                f"no column is called email, and the address of a contact is what it is known by; the file has "
                f"{_listed(header)}: choose the one that holds the address with --map COLUMN=email",
            )
        )
    problems += _twice(header, targets, unknown)
    if len(fields.fields) + len(unknown) > MOST_FIELDS:
        problems.append(
            Problem(
                "--create-fields",
                f"the file has {counted(len(unknown), 'column')} without a field, there are {len(fields.fields):,} "
                f"fields, and a contact type has at most {MOST_FIELDS:,}: import a file with fewer columns, or leave "
                "--create-fields out and make the fields that you need",
            )
        )
    if problems or email is None:
        raise Invalid(problems)
    targets.pop(email, None)
    return ColumnMap(
        email,
        targets,
        tuple(p for p in unknown if p != email),
        tuple(p for p in ignored if p != email),
    )


def _email_column(header: Sequence[str], targets: Mapping[int, Field], others: Sequence[int]) -> int | None:
    for position, field in targets.items():
        if field == EMAIL:
            return position
    named = [p for p in others if key_of(header[p]) in EMAIL_NAMES]
    return named[0] if named else None


def _listed(header: Sequence[str], most: int = 20) -> str:
    shown = ", ".join(f'"{name}"' for name in header[:most])
    return shown + (f" and {len(header) - most:,} more" if len(header) > most else "")


def _twice(header: Sequence[str], targets: dict[int, Field], unknown: list[int]) -> list[Problem]:
    users: dict[str, list[str]] = {}
    for position, field in targets.items():
        users.setdefault(field.key, []).append(header[position])
    for position in unknown:
        users.setdefault(key_of(header[position]), []).append(header[position])
    return [
        Problem(
            "header",
            f'the columns {" and ".join(f"{name!r}" for name in names)} would both feed the field "{key}"',
        )
        for key, names in users.items()
        if len(names) > 1
    ]
