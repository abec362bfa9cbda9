"""Make contact types and fields, and delete fields that nothing depends on."""

import re
from collections.abc import Sequence
from datetime import datetime

import apsw

from tamis.domain.accounts import Account
from tamis.domain.contacts import ContactType
from tamis.domain.errors import Invalid, NotFound, Problem, Refused
from tamis.domain.fields import RESERVED, Field, Kind, key_of
from tamis.domain.text import fold, problem_with_name
from tamis.records import contacts, feed, segments, types
from tamis.rules.build import build
from tamis.rules.json import from_json
from tamis.rules.tree import conditions

MOST_FIELDS = 2_000


def create_type(db: apsw.Connection, now: datetime, account: Account, name: str) -> ContactType:
    """Make a contact type; raises Invalid and Refused."""
    name = _checked_name(name)
    if types.type_by_name(db, account.id, name):
        raise Refused(f'there is a contact type "{name}" already')
    made = types.insert_type(db, account.id, name, now)
    feed.tell_fields(db, made.id, now)
    return made


def find_type(db: apsw.Connection, account: Account, reference: str) -> ContactType:
    """Find a contact type by id or name; raises NotFound."""
    found = None
    if re.fullmatch(r"[0-9]{1,18}", reference):
        found = types.type_by_id(db, account.id, int(reference))
    found = found or types.type_by_name(db, account.id, reference)
    if found is None:
        known = ", ".join(f'"{t.name}"' for t in types.types_of_account(db, account.id)) or "none yet"
        raise NotFound(f'there is no contact type "{reference}"; there are: {known}')
    return found


def create_field(
    db: apsw.Connection,
    now: datetime,
    contact_type: ContactType,
    name: str,
    kind: Kind,
    options: Sequence[str] = (),
) -> Field:
    """Make a custom field of a contact type; raises Invalid and Refused."""
    name = _checked_name(name)
    key = key_of(name)
    chosen = tuple(option.strip() for option in options)
    problems = []
    if not key:
        problems.append(Problem("name", f'"{name}" needs at least one letter or digit'))
    if kind is Kind.CHOICE and not chosen:
        problems.append(Problem("option", "a choice needs at least one --option"))
    if kind is not Kind.CHOICE and chosen:
        problems.append(Problem("option", f"a {kind} field has no options"))
    if len({fold(option) for option in chosen}) < len(chosen):
        problems.append(Problem("option", "two options are the same"))
    problems += [
        Problem("option", f'"{option}" {problem_with_name(option)}') for option in chosen if problem_with_name(option)
    ]
    if problems:
        raise Invalid(problems)
    present = types.fields_of_type(db, contact_type.id)
    if key in present.by_key:
        raise Refused(f'{contact_type.name} have a field "{key}" already')
    if len(present.fields) >= MOST_FIELDS:
        raise Refused(f"a contact type has at most {MOST_FIELDS:,} fields")
    field = types.insert_field(db, contact_type.id, key, name, kind, chosen, now)
    feed.tell_fields(db, contact_type.id, now)
    return field


def create_fields(
    db: apsw.Connection, now: datetime, contact_type: ContactType, named: Sequence[tuple[str, Kind]]
) -> list[Field]:
    """Make several custom fields, or none of them; raises as `create_field` does."""
    return [create_field(db, now, contact_type, name, kind) for name, kind in named]


def delete_field(db: apsw.Connection, now: datetime, contact_type: ContactType, reference: str) -> Field:
    """Delete a custom field and its values; raises NotFound, and Refused while a segment's rule uses it."""
    fields = types.fields_of_type(db, contact_type.id)
    field = fields.find(int(reference)) if re.fullmatch(r"[0-9]{1,18}", reference) else None
    field = field or fields.find(reference)
    if field is None:
        raise NotFound(f'{contact_type.name} have no field "{reference}"')
    if field in RESERVED:
        raise Refused(f"{field.key} is a reserved field, which every contact type has")
    users = [
        segment.name
        for segment in segments.live_of_type(db, contact_type.id)
        if any(c.field == field for c in conditions(build(from_json(segment.rule), fields)))
    ]
    if users:
        named = ", ".join(f'"{user}"' for user in users)
        raise Refused(f"{field.key} is used by the segments {named}; delete or change them first")
    types.delete_field(db, contact_type.id, field.id)
    contacts.forget_field(db, contact_type.id, field.id)
    feed.tell_fields(db, contact_type.id, now)
    return field


def _checked_name(name: str) -> str:
    name = name.strip()
    problem = problem_with_name(name)
    if problem:
        raise Invalid([Problem("name", f"the name {problem}")])
    return name
