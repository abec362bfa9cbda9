"""What an export is: whose values, which of them, and in which format they are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tamis.domain.errors import Invalid, Problem
from tamis.domain.fields import CREATED_AT, EMAIL, UPDATED_AT, Field, FieldSet

GZIP = ".gz"


class Format(StrEnum):
    """How the rows of an export are written."""

    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """A format and its switches: `escapes` puts an apostrophe before text that a spreadsheet would run, `mark` is a
    byte order mark at the start; both are for CSV only. `compressed` is gzip, not for Parquet, which has its own.
    `local` writes the instants of CSV on the clocks of the account, to the second and without an offset, as
    spreadsheets read them."""

    format: Format
    escapes: bool = True
    mark: bool = False
    compressed: bool = False
    local: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """What is to be exported: the recipients of a segment, or the contacts of a type, all or those that a rule, in its
    JSON form, selects; and the keys of the fields in their order, None for all that there are."""

    account_id: int
    layout: OutputOptions
    segment_id: int | None = None
    type_id: int | None = None
    rule: str | None = None
    fields: tuple[str, ...] | None = None


def format_by_name(name: str) -> tuple[Format, bool] | None:
    """Tell by the ending of a file's name its format, and whether it is to be compressed; None where it says nothing.

    Parquet is never compressed as a whole: nothing could read parts of it then.
    """
    plain = name.lower().removesuffix(GZIP)
    compressed = plain != name.lower()
    for one in Format:
        if plain.endswith(f".{one}"):
            return None if compressed and one is Format.PARQUET else (one, compressed)
    return None


def resolve_fields(fields: FieldSet, chosen: Sequence[str] | None) -> tuple[Field, ...]:
    """Find the fields of an export; by default the address, then what an import takes in order of id, then the two
    instants that Tamis keeps itself. Raises Invalid with every problem."""
    if chosen is None:
        own = (CREATED_AT.id, UPDATED_AT.id)
        imported = sorted((f for f in fields.fields if f.id not in (EMAIL.id, *own)), key=lambda f: f.id)
        return (EMAIL, *imported, CREATED_AT, UPDATED_AT)
    found: list[Field] = []
    problems = [] if chosen else [Problem("fields", "no_fields_chosen")]
    for reference in chosen:
        field = fields.find(reference)
        if field is None:
            known = ", ".join(f.key for f in fields.fields)
            problems.append(Problem("fields", "export_field_unknown", field=reference, known=known))
        elif field in found:
            problems.append(Problem("fields", "export_field_repeated", field=field.key))
        else:
            found.append(field)
    if problems:
        raise Invalid(problems)
    return tuple(found)
