"""Make fields, find them, put them in order, and delete those that nothing depends on."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from tamis.actions.fields.new_options import add_options
from tamis.actions.fields.types import checked_name, still_there
from tamis.actions.segments.dependents import refuse_while_used, users_of_field
from tamis.domain.choices import OptionIndex
from tamis.domain.contacts import ContactType
from tamis.domain.errors import Invalid, Message, NotFound, Problem, Refused
from tamis.domain.fields import MAX_FIELDS, RESERVED, Field, FieldSet, Kind, key_from_name, option_problem
from tamis.domain.text import fold
from tamis.records import change_log, contacts, types
from tamis.records.handles import Reader, Transaction
from tamis.records.maintenance import erasure

NewField = tuple[str, Kind, Sequence[str]]
"""Name, kind and options of a field that is to be made."""


def create_field(
    db: Transaction,
    now: datetime,
    contact_type: ContactType,
    name: str,
    kind: Kind,
    options: Sequence[str] = (),
    *,
    inferred: bool = False,
) -> Field:
    """Make a custom field of a contact type; its options are `inferred` where Tamis has listed them itself. Raises
    Invalid, Refused and NotFound."""
    contact_type = still_there(db, contact_type)
    present = types.fields_of_type(db, contact_type.id)
    name, kind, chosen = _checked(contact_type, present, name, kind, options)
    if len(present.fields) >= MAX_FIELDS:
        raise Refused("too_many_fields", most=MAX_FIELDS)
    inferred = inferred and kind.has_options
    field = types.insert_field(
        db, contact_type.id, key_from_name(name), name, kind, chosen, now, options_inferred=inferred
    )
    change_log.record_field_changes(db, contact_type.id, now)
    return field


def create_fields(db: Transaction, now: datetime, contact_type: ContactType, named: Sequence[NewField]) -> list[Field]:
    """Make several custom fields out of a file, each of name, kind and options, or none; raises as `create_field` does.

    A field that is there just so is taken, its options with those of this file: two imports of files with the same new
    column can run at once."""
    present = types.fields_of_type(db, contact_type.id)
    there = [_just_so(present, *field) for field in named]
    _check_count(contact_type, present, there.count(None))
    more = {found.id: field[2] for found, field in zip(there, named, strict=True) if found and found.kind.has_options}
    longer = {field.id: field for field in add_options(db, now, contact_type, more, more.keys())}
    return [
        longer.get(found.id, found) if found else create_field(db, now, contact_type, *field, inferred=True)
        for found, field in zip(there, named, strict=True)
    ]


def check_new_fields(
    db: Reader, contact_type: ContactType, named: Sequence[NewField]
) -> list[tuple[str, Kind, tuple[str, ...]]]:
    """Return several custom fields as `create_fields` would make them, and make none; raises what it would raise."""
    contact_type = still_there(db, contact_type)
    present = types.fields_of_type(db, contact_type.id)
    more = [field for field in named if _just_so(present, *field) is None]
    _check_count(contact_type, present, len(more))
    keys = [key_from_name(name) for name, _, _ in more]
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise Refused("fields_twice", contact_type=contact_type.name, field=twice)
    for field in more:
        _checked(contact_type, present, *field)
    return [(name.strip(), kind, tuple(option.strip() for option in options)) for name, kind, options in named]


def _checked(
    contact_type: ContactType, present: FieldSet, name: str, kind: Kind, options: Sequence[str]
) -> tuple[str, Kind, tuple[str, ...]]:
    name, chosen = checked_name(name), tuple(option.strip() for option in options)
    problems = problems_with_key(name) + problems_with_options(kind, chosen, "options")
    if problems:
        raise Invalid(problems)
    if key_from_name(name) in present.by_key:
        raise Refused("field_exists", contact_type=contact_type.name, field=key_from_name(name))
    return name, kind, chosen


def _check_count(contact_type: ContactType, present: FieldSet, more: int) -> None:
    if len(present.fields) + more > MAX_FIELDS:
        raise Refused(
            "too_many_more_fields",
            most=MAX_FIELDS,
            contact_type=contact_type.name,
            fields=len(present.fields),
            more=more,
        )


def _just_so(present: FieldSet, name: str, kind: Kind, options: Sequence[str]) -> Field | None:
    found = present.by_key.get(key_from_name(name))
    if found is None or found.kind is not kind:
        return None
    known = OptionIndex.of(found.options)
    return found if found.options_inferred or all(map(known.find, options)) else None


def move_field(db: Transaction, _now: datetime, contact_type: ContactType, reference: str, before: str | None) -> Field:
    """Put a custom field before another one of its type, or after all where `before` is None; raises NotFound and
    Refused."""
    fields = types.fields_of_type(db, contact_type.id)
    field = find_custom_field(contact_type, fields, reference)
    following = find_custom_field(contact_type, fields, before) if before is not None else None
    others = [other.id for other in fields.fields if other not in RESERVED and other != field]
    place = others.index(following.id) if following and following != field else len(others)
    if following != field:
        types.place_fields(db, contact_type.id, [*others[:place], field.id, *others[place:]])
    return field


def delete_field(db: Transaction, now: datetime, contact_type: ContactType, reference: str) -> Field:
    """Delete a custom field and its values; raises NotFound, and Refused while a segment's rule uses it."""
    fields = types.fields_of_type(db, contact_type.id)
    field = find_custom_field(contact_type, fields, reference)
    refuse_while_used(Message("the_field", field=field.key), users_of_field(db, contact_type.id, field))
    types.delete_field(db, contact_type.id, field.id)
    contacts.forget_field(db, contact_type.id, field.id)
    change_log.record_field_changes(db, contact_type.id, now)
    erasure.request_erasure(db, now)
    return field


def find_custom_field(contact_type: ContactType, fields: FieldSet, reference: str) -> Field:
    """Find a field of a type that people have made, by id, key or name; raises NotFound and Refused."""
    field = fields.find(int(reference)) if re.fullmatch(r"[0-9]{1,18}", reference) else None
    field = field or fields.find(reference)
    if field is None:
        raise NotFound("field_unknown", contact_type=contact_type.name, field=reference)
    if field in RESERVED:
        raise Refused("field_is_reserved", field=field.key)
    return field


def problems_with_key(name: str) -> list[Problem]:
    """Say why a field cannot be called by a name."""
    return [] if key_from_name(name) else [Problem("name", "name_without_letters", name=name)]


def problems_with_options(
    kind: Kind, options: Sequence[str], path: str, present: Collection[str] = ()
) -> list[Problem]:
    """Say why a field of a kind cannot have trimmed options; `path` is that of the options in what is asked for. Those
    that are `present` may be the same, since earlier versions told more of them apart."""
    problems = []
    if kind.has_options and not options:
        problems.append(Problem(path, "options_missing", kind=kind))
    if options and not kind.has_options:
        problems.append(Problem(path, "options_not_allowed", kind=kind))
    new = [option for option in options if option not in present]
    old = {fold(option) for option in options if option in present}
    if len(old | {fold(option) for option in new}) < len(old) + len(new) or len(set(options)) < len(options):
        problems.append(Problem(path, "options_repeated"))
    for option in options:
        if wrong := option_problem(option, kind):
            problems.append(Problem(path, "option_not_valid", option=option, problem=wrong))
    return problems
