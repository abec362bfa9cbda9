"""Mapping the columns of a file to fields."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tamis.actions.importing.mapping.email_column import ColumnContents, email_column_notices, find_email_column
from tamis.domain.consent.consent_values import CONSENT
from tamis.domain.consent.link_columns import find_link_column
from tamis.domain.contacts.email_names import NameMatch, match_name
from tamis.domain.errors import Invalid, Message, Problem
from tamis.domain.messages import ENGLISH
from tamis.domain.messages.catalog import MessageCatalog
from tamis.domain.values.fields import CREATED_AT, EMAIL, MAX_FIELDS, UPDATED_AT, Field, FieldSet, key_from_name
from tamis.domain.values.text import shorten
from tamis.files.header import with_number

REJECT_COLUMNS = ("rejected_line", "rejected_because")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The positions of the email column, of mapped columns, of those that get a new field, and of ignored ones.

    `names` are those by which columns find or create their field; `notices` are sentences for people. Columns of
    `consent` say who may be mailed, and have no field."""

    email: int
    fields: dict[int, Field]
    unknown: tuple[int, ...]
    ignored: tuple[int, ...]
    names: Sequence[str]
    notices: tuple[str, ...]
    consent: tuple[int, ...] = ()


def has_email_header(cells: Sequence[str], chosen: Mapping[str, str]) -> bool:
    """Return whether the cells of a record name an email column, so that it is the header of a file."""
    return any(
        match_name(cell) >= NameMatch.KNOWN or key_from_name(chosen.get(cell, "")) == EMAIL.key for cell in cells
    )


def can_map(name: str) -> bool:
    """Return whether a column can be mapped by its name: it has one, and it is not from a file of rejects."""
    return bool(name) and key_from_name(name) not in REJECT_COLUMNS


def make_names_unique(header: Sequence[str]) -> list[str]:
    """Number the names whose keys repeat an earlier one, "plan! (2)" after "Plan", so that each column can have a
    field."""
    keys = {key_from_name(name) for name in header}
    found: set[str] = set()
    names = []
    for name in header:
        unique = name
        if key_from_name(name) in found:
            number = 2
            while key_from_name(unique := with_number(name, number)) in keys:
                number += 1
            keys.add(key_from_name(unique))
        found.add(key_from_name(name))
        names.append(unique)
    return names


def field_name(name: str, unique: str, fields: FieldSet) -> str:
    """Return the name by which a column finds or creates its field.

    That is its `unique` name, unless only its original name is that of an existing field."""
    return name if fields.find(unique) is None and fields.find(name) is not None else unique


def map_columns(
    header: Sequence[str],
    contents: Sequence[ColumnContents],
    fields: FieldSet,
    chosen: Mapping[str, str],
    create: bool,
    left_out: Collection[str] = (),
    consent: Collection[str] = (),
    words: MessageCatalog = ENGLISH,
    topics: Collection[str] = (),
) -> ColumnMap:
    """Map a header to fields: as `chosen` (column to field), else by name, without columns that are `left_out`, say
    who may be mailed (`consent`), or are those of `topics`.

    The email column is also found by its `contents`. Notices are written in `words`. Raises Invalid with all
    problems."""
    problems = [Problem("chosen", "column_unknown", column=name) for name in (*chosen, *consent) if name not in header]
    targets: dict[int, Field] = {}
    unknown, ignored = [], []
    names = [field_name(name, unique, fields) for name, unique in zip(header, make_names_unique(header), strict=True)]
    for position, name in enumerate(header):
        if name in consent or name in topics:
            continue
        reference = chosen.get(name, names[position])
        field = fields.find(reference)
        if name in chosen and (wrong := _wrong_choice(reference, field, create=create)):
            problems.append(Problem.of("chosen", wrong))
        elif name in left_out or not can_map(name) or field in (CREATED_AT, UPDATED_AT):
            ignored.append(position)
        elif field == EMAIL and name not in chosen:
            ignored.append(position)  # unless it turns out to be the email column
        elif field is not None:
            targets[position] = field
        elif find_link_column(name) and name not in chosen:
            ignored.append(position)
        elif create and key_from_name(reference) and (name in chosen or not contents[position].is_nested):
            names[position] = reference
            unknown.append(position)
        else:
            ignored.append(position)
    email, email_notices = _email_column(header, contents, targets, {*chosen, *left_out, *consent, *topics}, words)
    if email is None:
        problems.append(
            Problem(
                "header",
                "email_column_missing",
                columns=header,
            )
        )
    unknown = [p for p in unknown if p != email]
    problems += _twice(header, targets, {p: names[p] for p in unknown})
    if len(fields.fields) + len(unknown) > MAX_FIELDS:
        problems.append(
            Problem(
                "create_fields",
                "too_many_new_fields",
                columns=len(unknown),
                fields=len(fields.fields),
                most=MAX_FIELDS,
            )
        )
    if problems or email is None:
        raise Invalid(problems)
    targets.pop(email, None)
    return ColumnMap(
        email,
        targets,
        tuple(unknown),
        tuple(p for p in ignored if p != email),
        names,
        (
            *_notices(header, names, [p for p in unknown if header[p] not in chosen]),
            *email_notices,
            *_nested_notices(header, contents, ignored, left_out),
            *_consent_notices(header, contents, fields, consent, {*consent, *left_out, *topics}, words),
        ),
        tuple(position for position, name in enumerate(header) if name in consent),
    )


def _wrong_choice(reference: str, field: Field | None, *, create: bool) -> Message | None:
    """Return why a column cannot be mapped to the chosen field, or None."""
    if field in (CREATED_AT, UPDATED_AT):
        return Message("chosen_field_written_by_tamis", field=field.name)
    if field is None and not create:
        return Message("chosen_field_unknown", field=reference)
    if field is None and not key_from_name(reference):
        return Message("field_name_without_letters", name=reference)
    return None


def _email_column(
    header: Sequence[str],
    contents: Sequence[ColumnContents],
    targets: Mapping[int, Field],
    decided: Collection[str],
    words: MessageCatalog,
) -> tuple[int | None, tuple[str, ...]]:
    """Find the email column, the chosen one or else a candidate without a choice, and the notices on it."""
    chosen = [position for position, field in targets.items() if field == EMAIL]
    if chosen:
        return chosen[0], ()
    free = [p for p, name in enumerate(header) if can_map(name) and name not in decided]
    found = find_email_column(header, contents, free, targets)
    return (found.position, tuple(map(words.render, email_column_notices(header, found)))) if found else (None, ())


def _notices(header: Sequence[str], names: Sequence[str], unknown: Sequence[int]) -> tuple[str, ...]:
    return tuple(
        f'The column "{shorten(header[p])}" creates the field "{key_from_name(names[p])}" because another column has '
        "a similar name."
        for p in unknown
        if names[p] != header[p]
    )


def _nested_notices(
    header: Sequence[str], contents: Sequence[ColumnContents], ignored: Sequence[int], left_out: Collection[str]
) -> tuple[str, ...]:
    return tuple(
        f'The column "{shorten(header[p])}" contains objects, which cannot be field values, and is ignored.'
        for p in ignored
        if contents[p].is_nested and header[p] not in left_out
    )


def _consent_notices(
    header: Sequence[str],
    contents: Sequence[ColumnContents],
    fields: FieldSet,
    consent: Collection[str],
    decided: Collection[str],
    words: MessageCatalog,
) -> Iterator[str]:
    """Yield notices on columns that look as if they said who may be mailed, and on a field with the name of consent."""
    for name, found in zip(header, contents, strict=True):
        if found.states_suppressions and name not in decided:
            yield words.render(Message("column_seems_to_be_consent", column=name))
    field = fields.find(CONSENT)
    for name in sorted(consent) if field else ():
        yield words.render(Message("consent_is_not_the_field", column=name, field=field.name if field else ""))


def _twice(header: Sequence[str], targets: Mapping[int, Field], unknown: Mapping[int, str]) -> list[Problem]:
    users: dict[str, list[str]] = {}
    shown = {field.key: field.name for field in targets.values()}
    for position, field in targets.items():
        users.setdefault(field.key, []).append(header[position])
    for position, name in unknown.items():
        users.setdefault(key_from_name(name), []).append(header[position])
    return [
        Problem(
            "header",
            "columns_share_a_field",
            columns=names,
            field=shown.get(key, key),
            last=names[-1],
        )
        for key, names in users.items()
        if len(names) > 1
    ]
