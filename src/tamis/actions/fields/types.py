"""Create, find, rename and delete contact types."""

import re
from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.actions.segments.dependents import refuse_while_used
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, type_subject
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Invalid, Message, NotFound, Problem, Refused
from tamis.domain.values.text import name_problem
from tamis.records import change_log, types
from tamis.records.events.write import remove_of_type
from tamis.records.handles import Reader, Transaction
from tamis.records.segments import segments


def create_type(db: Transaction, now: datetime, account: Account, name: str) -> ContactType:
    """Create a contact type; raises Invalid and Refused."""
    name = validate_name(name)
    if types.type_by_name(db, account.id, name):
        raise Refused("contact_type_exists", contact_type=name)
    created = types.insert_type(db, account.id, name, now)
    change_log.record_field_changes(db, created.id, now)
    record_entry(db, now, account.id, AuditAction.CONTACT_TYPE_CREATED, type_subject(created))
    return created


def rename_type(db: Transaction, now: datetime, account: Account, contact_type: ContactType, name: str) -> ContactType:
    """Rename a contact type; raises Invalid, and Refused where the name is taken."""
    name = validate_name(name)
    holder = types.type_by_name(db, account.id, name)
    if holder and holder.id != contact_type.id:
        raise Refused("contact_type_exists", contact_type=holder.name)
    before = reload_type(db, contact_type)
    renamed = types.rename_type(db, before, name)
    if renamed.name != before.name:
        subject = type_subject(renamed)
        record_entry(db, now, account.id, AuditAction.CONTACT_TYPE_RENAMED, subject, previous_name=before.name)
    return renamed


def delete_type(db: Transaction, now: datetime, contact_type: ContactType) -> None:
    """Delete a contact type and its fields; raises Refused while it has segments or contacts."""
    contact_type = reload_type(db, contact_type)
    users = segments.live_of_type(db, contact_type.id)
    refuse_while_used(Message("the_contact_type", contact_type=contact_type.name), users, can_be_edited=False)
    count = types.count_contacts(db, contact_type.id)
    if count:
        raise Refused("contact_type_not_empty", contact_type=contact_type.name, contacts=count)
    remove_of_type(db, contact_type.id)
    types.delete_type(db, contact_type, now)
    record_entry(db, now, contact_type.account_id, AuditAction.CONTACT_TYPE_DELETED, type_subject(contact_type))


def reload_type(db: Reader, contact_type: ContactType) -> ContactType:
    """Read a contact type again in the transaction that writes to it; raises NotFound if it was deleted."""
    found = types.type_by_id(db, contact_type.account_id, contact_type.id)
    if found is None:
        raise NotFound("contact_type_deleted_meanwhile", contact_type=contact_type.name)
    return found


def type_by_id(db: Reader, account: Account, type_id: int) -> ContactType:
    """Find a contact type of an account; raises NotFound."""
    found = types.type_by_id(db, account.id, type_id)
    if found is None:
        raise NotFound("contact_type_id_unknown", contact_type=type_id)
    return found


def find_type(db: Reader, account: Account, reference: str) -> ContactType:
    """Find a contact type by id or name; raises NotFound."""
    found = None
    if re.fullmatch(r"[0-9]{1,18}", reference):
        found = types.type_by_id(db, account.id, int(reference))
    found = found or types.type_by_name(db, account.id, reference)
    if found is None:
        known = [t.name for t in types.types_of_account(db, account.id)]
        raise NotFound("contact_type_unknown" if known else "no_contact_type_yet", contact_type=reference, known=known)
    return found


def validate_name(name: str) -> str:
    """Trim and validate the name of a contact type or field; raises Invalid."""
    name = name.strip()
    problem = name_problem(name)
    if problem:
        raise Invalid([Problem("name", "name_not_valid", problem=problem)])
    return name
