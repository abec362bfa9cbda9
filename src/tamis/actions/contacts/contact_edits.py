"""Create and edit single contacts, as a person does in the console."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tamis.actions.contacts.contact_storage import insert_contact, update_contact
from tamis.actions.contacts.contacts import contact_by_id
from tamis.actions.contacts.forgotten_emails import refuse_forgotten
from tamis.actions.fields.types import reload_type
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import Contact, ContactType
from tamis.domain.contacts.emails import Email, clean_email
from tamis.domain.errors import Invalid, Message, Problem, Refused
from tamis.domain.parsing.cell_parser import parse_user_input
from tamis.domain.values.fields import (
    EMAIL,
    SYSTEM_FIELDS,
    Field,
    FieldSet,
    Value,
    ValueProblem,
    format_value,
)
from tamis.domain.values.text import MAX_LINE, shorten
from tamis.records import types
from tamis.records.handles import Reader, Transaction
from tamis.records.segments import overrides


@dataclass(frozen=True, slots=True)
class _Edit:
    """What an edit sets: the email, if any, and values by field id, None to clear one."""

    email: Email | None = None
    values: dict[int, Value | None] = field(default_factory=dict)


def create_contact(
    db: Transaction, now: datetime, account: Account, contact_type: ContactType, texts: Mapping[str, str]
) -> Contact:
    """Create a contact from texts by field key, including `email`. Raises NotFound, and Invalid with every problem,
    whose path is the key."""
    contact_type = reload_type(db, contact_type)
    fields = types.fields_of_type(db, contact_type.id)
    edit = _parse(db, account, contact_type, fields, {EMAIL.key: "", **texts}, None)
    assert edit.email
    return insert_contact(db, now, contact_type.id, edit.email, edit.values)


def edit_contact(
    db: Transaction,
    now: datetime,
    account: Account,
    contact_type: ContactType,
    contact_id: int,
    texts: Mapping[str, str],
    expected: Mapping[str, str] | None = None,
) -> Contact:
    """Change values of a contact, given as texts by field key; a blank text clears a value. `expected` are the values
    that the editor was shown, formatted by `format_value`, blank where there was none.

    Raises NotFound; Invalid with every problem, whose path is the key; and Refused if a value that is to be changed
    differs from the expected one, so that nobody's change is overwritten unseen. Undoing an earlier import leaves the
    contact alone from now on. Manual overrides of the old address follow to the new one.
    """
    fields = types.fields_of_type(db, contact_type.id)
    contact = contact_by_id(db, contact_type, contact_id, fields)
    edit = _parse(db, account, contact_type, fields, texts, contact)
    _refuse_overwriting(contact, fields, texts, expected or {})
    return update_contact(db, now, contact, edit.email, contact.values | edit.values)


def _parse(
    db: Reader,
    account: Account,
    contact_type: ContactType,
    fields: FieldSet,
    texts: Mapping[str, str],
    contact: Contact | None,
) -> _Edit:
    """Parse the texts of an edit, or of a new contact; raises Invalid."""
    values: dict[int, Value | None] = {}
    email: Email | None = None
    problems: list[Problem] = []
    for key, text in texts.items():
        found = fields.by_key.get(key)
        try:
            if found is None:
                problems.append(
                    Problem(key, "field_of_contact_unknown", contact_type=contact_type.name, field=shorten(key))
                )
            elif found.id == EMAIL.id:
                email = _parse_email(db, account, contact_type, text, contact)
            elif found in SYSTEM_FIELDS:
                problems.append(Problem(key, "field_written_by_tamis"))
            else:
                values[found.id] = parse_user_input(text, found, account.zone)
        except ValueProblem as problem:
            problems.append(Problem.of(key, problem.message))
        except Invalid as refused:
            problems += refused.problems
    if problems:
        raise Invalid(problems)
    return _Edit(email, values)


def _parse_email(db: Reader, account: Account, contact_type: ContactType, text: str, contact: Contact | None) -> Email:
    """Parse the new email of a contact; raises ValueProblem, and Invalid for one that was forgotten."""
    email = clean_email(text) if len(text) <= MAX_LINE else None
    if email is None:
        if not text.strip():
            raise ValueProblem("must_not_be_blank")
        raise ValueProblem("email_not_read", text=shorten(text))
    owner = overrides.contact_id_by_email(db, contact_type.id, email.key)
    if owner is not None and (contact is None or owner != contact.id):
        raise ValueProblem("email_of_another_contact", contact_type=contact_type.name)
    if owner is None:
        refuse_forgotten(db, account, contact_type.id, email.key)
    return email


def _refuse_overwriting(
    contact: Contact, fields: FieldSet, texts: Mapping[str, str], expected: Mapping[str, str]
) -> None:
    changed = []
    for key in texts.keys() & expected.keys():
        found = fields.by_key[key]
        present = _formatted(contact, found)
        if present != expected[key]:
            changed.append((found.name, present))
    if changed:
        raise Refused(
            "changed_since_seen", changes=[_change_message(name, present) for name, present in sorted(changed)]
        )


def _formatted(contact: Contact, of: Field) -> str:
    value = contact.value_of(of)
    return "" if value is None else format_value(value)


def _change_message(name: str, present: str) -> Message:
    code = "value_changed_meanwhile" if present else "value_erased_meanwhile"
    return Message(code, name=name, value=shorten(present))
