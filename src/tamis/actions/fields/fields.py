"""Create, find, reorder and delete fields."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.actions.fields.new_options import add_options
from tamis.actions.fields.types import reload_type, validate_name
from tamis.actions.segments.dependents import refuse_while_used, users_of_field
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, Detail, field_subject
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Invalid, Message, NotFound, Problem, Refused
from tamis.domain.values.choices import OptionIndex
from tamis.domain.values.fields import MAX_FIELDS, RESERVED, Field, FieldSet, Kind, key_from_name, option_problem
from tamis.domain.values.text import fold
from tamis.records import change_log, contacts, types
from tamis.records.handles import Reader, Transaction
from tamis.records.maintenance import erasure

NewField = tuple[str, Kind, Sequence[str]]
"""The name, kind and options of a field to create."""


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
    """Create a custom field of a contact type; its options are `inferred` if Tamis found them itself. Raises Invalid,
    Refused and NotFound."""
    contact_type = reload_type(db, contact_type)
    present = types.fields_of_type(db, contact_type.id)
    name, kind, chosen = _checked(contact_type, present, name, kind, options)
    if len(present.fields) >= MAX_FIELDS:
        raise Refused("too_many_fields", most=MAX_FIELDS)
    inferred = inferred and kind.has_options
    field = types.insert_field(
        db, contact_type.id, key_from_name(name), name, kind, chosen, now, options_inferred=inferred
    )
    change_log.record_field_changes(db, contact_type.id, now)
    _record(db, now, contact_type, AuditAction.FIELD_CREATED, field, kind=kind.value)
    return field


def create_fields(db: Transaction, now: datetime, contact_type: ContactType, named: Sequence[NewField]) -> list[Field]:
    """Create all custom fields of a file, or none; raises what `create_field` raises.

    A field that already exists like this is used, with the options of this file added, so that two imports of files
    with the same new column can run at once."""
    present = types.fields_of_type(db, contact_type.id)
    existing = [_matching_field(present, *field) for field in named]
    _check_count(contact_type, present, existing.count(None))
    more = {
        found.id: field[2] for found, field in zip(existing, named, strict=True) if found and found.kind.has_options
    }
    longer = {field.id: field for field in add_options(db, now, contact_type, more, more.keys())}
    return [
        longer.get(found.id, found) if found else create_field(db, now, contact_type, *field, inferred=True)
        for found, field in zip(existing, named, strict=True)
    ]


def check_new_fields(
    db: Reader, contact_type: ContactType, named: Sequence[NewField]
) -> list[tuple[str, Kind, tuple[str, ...]]]:
    """Return the fields that `create_fields` would create, without creating them; raises what it would raise."""
    contact_type = reload_type(db, contact_type)
    present = types.fields_of_type(db, contact_type.id)
    more = [field for field in named if _matching_field(present, *field) is None]
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
    name, chosen = validate_name(name), tuple(option.strip() for option in options)
    problems = problems_with_key(name) + problems_with_options(kind, chosen, "options")
    if problems:
        raise Invalid(problems)
    if other := present.by_key.get(key_from_name(name)):
        raise Refused("field_exists", contact_type=contact_type.name, field=other.name)
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


def _matching_field(present: FieldSet, name: str, kind: Kind, options: Sequence[str]) -> Field | None:
    found = present.by_key.get(key_from_name(name))
    if found is None or found.kind is not kind:
        return None
    known = OptionIndex.of(found.options)
    return found if found.options_inferred or all(map(known.find, options)) else None


def reorder_field(
    db: Transaction, now: datetime, contact_type: ContactType, reference: str, before: str | None
) -> Field:
    """Move a custom field before another one of its type, or to the end if `before` is None; raises NotFound and
    Refused."""
    fields = types.fields_of_type(db, contact_type.id)
    field = find_custom_field(contact_type, fields, reference)
    next_field = find_custom_field(contact_type, fields, before) if before is not None else None
    others = [other.id for other in fields.fields if other not in RESERVED and other != field]
    place = others.index(next_field.id) if next_field and next_field != field else len(others)
    if next_field != field:
        types.place_fields(db, contact_type.id, [*others[:place], field.id, *others[place:]])
        _record(db, now, contact_type, AuditAction.FIELD_CHANGED, field, moved=True)
    return field


def delete_field(db: Transaction, now: datetime, contact_type: ContactType, reference: str) -> Field:
    """Delete a custom field and its values; raises NotFound, and Refused while a segment's rule uses it."""
    fields = types.fields_of_type(db, contact_type.id)
    field = find_custom_field(contact_type, fields, reference)
    refuse_while_used(Message("the_field", field=field.name), users_of_field(db, contact_type.id, field))
    types.delete_field(db, contact_type.id, field.id)
    contacts.forget_field(db, contact_type.id, field.id)
    change_log.record_field_changes(db, contact_type.id, now)
    erasure.request_erasure(db, now)
    _record(db, now, contact_type, AuditAction.FIELD_DELETED, field)
    return field


def field_by_id(db: Reader, account: Account, field_id: int) -> tuple[ContactType, Field]:
    """Find a custom field of any contact type of an account; raises NotFound, and Refused for a reserved field."""
    if any(field.id == field_id for field in RESERVED):
        raise Refused("field_is_reserved", field=next(field.name for field in RESERVED if field.id == field_id))
    contact_type = types.type_of_field(db, account.id, field_id)
    field = types.fields_of_type(db, contact_type.id).by_id.get(field_id) if contact_type else None
    if contact_type is None or field is None:
        raise NotFound("field_id_unknown", field=field_id)
    return contact_type, field


def find_custom_field(contact_type: ContactType, fields: FieldSet, reference: str) -> Field:
    """Find a custom field of a type by id, key or name; raises NotFound and Refused."""
    field = fields.find(int(reference)) if re.fullmatch(r"[0-9]{1,18}", reference) else None
    field = field or fields.find(reference)
    if field is None:
        raise NotFound("field_unknown", contact_type=contact_type.name, field=reference)
    if field in RESERVED:
        raise Refused("field_is_reserved", field=field.name)
    return field


def problems_with_key(name: str) -> list[Problem]:
    """Return why a field cannot have a name."""
    return [] if key_from_name(name) else [Problem("name", "name_without_letters", name=name)]


def problems_with_options(
    kind: Kind, options: Sequence[str], path: str, present: Collection[str] = ()
) -> list[Problem]:
    """Return why a field of a kind cannot have some trimmed options; `path` is their path in the request. Options that
    are already `present` may repeat each other, since earlier versions distinguished more of them."""
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


def _record(
    db: Transaction, now: datetime, contact_type: ContactType, action: AuditAction, field: Field, **details: Detail
) -> None:
    record_entry(
        db, now, contact_type.account_id, action, field_subject(field), contact_type=contact_type.id, **details
    )
