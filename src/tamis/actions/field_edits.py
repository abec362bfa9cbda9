"""Change fields: their names, their options, their kinds with the values that contacts have.

Values are changed without touching when a contact was updated: nobody has said anything new about it, and a rule over
`updated_at` must not let people in because a field was tidied up.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import apsw

from tamis.actions.batches import batched
from tamis.actions.dependents import called, refuse_while_used, users_of_field, users_of_option
from tamis.actions.fields import find_custom_field, problems_with_key, problems_with_options
from tamis.domain.accounts import Account
from tamis.domain.contacts import ContactType
from tamis.domain.errors import Invalid, Problem, Refused
from tamis.domain.fields import Field, Kind, Value, ValueProblem, format_value, key_of, parser
from tamis.domain.text import counted, fold, problem_with_name
from tamis.records import contacts, erasure, feed, types

VALUES_A_BATCH = 10_000
MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """What is to be different about a field; a name or a kind that is None stays."""

    name: str | None = None
    kind: Kind | None = None
    add_options: Sequence[str] = ()
    delete_options: Sequence[str] = ()


def edit_field(
    db: apsw.Connection, now: datetime, account: Account, contact_type: ContactType, reference: str, edit: FieldEdit
) -> Field:
    """Change a custom field; raises NotFound, Invalid with every problem, and Refused.

    A rule keeps the field under its new name. An option that a rule names stays, and so does one that contacts have
    while any rule uses the field: taken from them, it could let them into "is blank" or "is not". The kind stays
    while a rule uses the field, and where values do not fit the new one.
    """
    fields = types.fields_of_type(db, contact_type.id)
    field = find_custom_field(contact_type, fields, reference)
    deleted = frozenset(o for o in field.options if fold(o) in {fold(gone.strip()) for gone in edit.delete_options})
    edited = _edited(field, edit, deleted)
    if fields.by_key.get(edited.key, field) != field:
        raise Refused(f'{contact_type.name} have a field "{edited.key}" already')
    if edited.kind is not field.kind:
        refuse_while_used(field.key, users_of_field(db, contact_type.id, field))
    if deleted:
        _refuse_deletion(db, contact_type.id, field, sorted(deleted))
    if edited != field:
        types.update_field(db, contact_type.id, edited)
        feed.tell_fields(db, contact_type.id, now)
    if deleted:
        _store(db, now, contact_type.id, field, _without(db, contact_type.id, field, deleted))
        erasure.note(db, now)
    if edited.kind is not field.kind:
        _convert(db, now, contact_type.id, field, edited, account.zone)
    return edited


def _edited(field: Field, edit: FieldEdit, deleted: Collection[str]) -> Field:
    """Make the field that is asked for; raises Invalid."""
    problems = []
    name = field.name if edit.name is None else edit.name.strip()
    kind = edit.kind or field.kind
    if edit.name is not None:
        wrong = problem_with_name(name)
        problems += [Problem("name", f"the name {wrong}")] if wrong else problems_with_key(name)
    known = {fold(option) for option in field.options}
    problems += [
        Problem("delete-option", f'{field.key} has no option "{option.strip()}"')
        for option in edit.delete_options
        if fold(option.strip()) not in known
    ]
    if edit.delete_options and not kind.has_options:
        problems.append(Problem("delete-option", f"a {kind} field has no options"))
    kept = tuple(option for option in field.options if option not in deleted) if kind.has_options else ()
    options = kept + tuple(option.strip() for option in edit.add_options)
    problems += problems_with_options(kind, options, "add-option")
    if problems:
        raise Invalid(problems)
    key = field.key if edit.name is None else key_of(name)
    return replace(field, key=key, name=name, kind=kind, options=options)


def _refuse_deletion(db: apsw.Connection, type_id: int, field: Field, options: Sequence[str]) -> None:
    """Raise Refused, naming all users, where an option cannot be deleted."""
    reasons = []
    for option in options:
        users = users_of_option(db, type_id, field, option)
        if users:
            reasons.append(f'the option "{option}" of {field.key} is used by the segments {called(users)}')
    users = [] if reasons else users_of_field(db, type_id, field)
    holders = sum(1 for _ in _without(db, type_id, field, options)) if users else 0
    if holders:
        gone = ", ".join(f'"{option}"' for option in options)
        reasons.append(
            f"{counted(holders, 'contact')} would lose {gone}, and could enter the segments {called(users)}, which use "
            f"{field.key}"
        )
    if reasons:
        raise Refused("; ".join(reasons) + "; delete or change them first")


def _without(
    db: apsw.Connection, type_id: int, field: Field, options: Collection[str]
) -> Iterator[tuple[int, Value | None]]:
    """Give the contacts that have any of some options, and what is left of their value without them."""
    for contact_id, value in contacts.values_of(db, type_id, field):
        chosen = value if isinstance(value, tuple) else (str(value),)
        left = tuple(option for option in chosen if option not in options)
        if left != chosen:
            yield contact_id, left or None


def _convert(db: apsw.Connection, now: datetime, type_id: int, old: Field, new: Field, zone: ZoneInfo) -> None:
    """Turn all values into those of another kind, by way of their text; raises Refused when some do not fit."""
    misfits: list[str] = []
    count = 0
    read = parser(new, zone)

    def converted() -> Iterator[tuple[int, Value | None]]:
        nonlocal count
        for contact_id, value in contacts.values_of(db, type_id, old):
            text = format_value(value)
            try:
                fitting = read(text)
            except ValueProblem:
                fitting = None
            if fitting is not None and not count:
                yield contact_id, fitting
            elif fitting is None:
                count += 1
                if len(misfits) < MOST_EXAMPLES and text not in misfits:
                    misfits.append(text)

    _store(db, now, type_id, new, converted())
    if count:
        examples = ", ".join(f'"{text[:60]}"' for text in misfits)
        raise Refused(
            f"{old.key} cannot become a {new.kind} field: {counted(count, 'value')} would not fit, such as {examples}; "
            "change them first"
        )


def _store(
    db: apsw.Connection, now: datetime, type_id: int, field: Field, values: Iterator[tuple[int, Value | None]]
) -> None:
    for part in batched(values, VALUES_A_BATCH):
        contacts.store_values(db, type_id, field, part, now)
