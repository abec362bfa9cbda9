"""Exports: which contacts and fields, and in which format."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tamis.domain.consent.link_columns import LINK_COLUMNS, UNSUBSCRIBE_URL, find_link_column
from tamis.domain.consent.topics import find_topic_column
from tamis.domain.errors import Invalid, Problem
from tamis.domain.values.fields import CREATED_AT, EMAIL, UPDATED_AT, Field, FieldSet

GZIP = ".gz"


class Format(StrEnum):
    """The file format of an export."""

    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """A format and its options.

    `escapes` puts an apostrophe before text that a spreadsheet would run as a formula, and `mark` writes a byte order
    mark; both are for CSV only. `compressed` is gzip, not for Parquet, which has its own compression. `local` writes
    the instants of CSV in the account's time zone, to the second and without an offset, as spreadsheets read them.
    """

    format: Format
    escapes: bool = True
    mark: bool = False
    compressed: bool = False
    local: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """An export of the recipients of a segment, or of the contacts of a type, all or those selected by a rule (JSON).

    `fields` are the keys of the fields in their order, None for all. With `mailable`, only recipients that may be
    mailed.
    """

    account_id: int
    layout: OutputOptions
    segment_id: int | None = None
    type_id: int | None = None
    rule: str | None = None
    fields: tuple[str, ...] | None = None
    mailable: bool = False


def format_by_name(name: str) -> tuple[Format, bool] | None:
    """Return format and compression by the suffix of a file name, or None.

    Parquet is never compressed as a whole, because then no part of it could be read by itself.
    """
    uncompressed = name.lower().removesuffix(GZIP)
    compressed = uncompressed != name.lower()
    for one in Format:
        if uncompressed.endswith(f".{one}"):
            return None if compressed and one is Format.PARQUET else (one, compressed)
    return None


def resolve_fields(fields: FieldSet, chosen: Sequence[str] | None, *, with_links: bool = False) -> tuple[Field, ...]:
    """Return the fields of an export; by default the email, then the fields that an import takes in order of id, the
    topics, `created_at` and `updated_at`, and `with_links` the unsubscribe links. Raises Invalid with all problems."""
    if chosen is None:
        own = (CREATED_AT.id, UPDATED_AT.id)
        imported = sorted((f for f in fields.fields if f.id not in (EMAIL.id, *own)), key=lambda f: f.id)
        links = (UNSUBSCRIBE_URL,) if with_links and fields.find(UNSUBSCRIBE_URL.key) is None else ()
        return (EMAIL, *imported, *fields.topics, CREATED_AT, UPDATED_AT, *links)
    found: list[Field] = []
    problems = [] if chosen else [Problem("fields", "no_fields_chosen")]
    for reference in chosen:
        field = fields.find(reference) or find_link_column(reference) or find_topic_column(reference, fields)
        if field is None:
            known = ", ".join(f.key for f in (*fields.fields, *fields.topics, *LINK_COLUMNS))
            problems.append(Problem("fields", "export_field_unknown", field=reference, known=known))
        elif field in found:
            problems.append(Problem("fields", "export_field_repeated", field=field.name))
        else:
            found.append(field)
    if problems:
        raise Invalid(problems)
    return tuple(found)
