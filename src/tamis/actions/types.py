"""Make and find contact types."""

import re
from datetime import datetime

import apsw

from tamis.domain.accounts import Account
from tamis.domain.contacts import ContactType
from tamis.domain.errors import Invalid, NotFound, Problem, Refused
from tamis.domain.text import problem_with_name
from tamis.records import feed, types


def create_type(db: apsw.Connection, now: datetime, account: Account, name: str) -> ContactType:
    """Make a contact type; raises Invalid and Refused."""
    name = checked_name(name)
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


def checked_name(name: str) -> str:
    """Trim the name of a contact type or a field; raises Invalid."""
    name = name.strip()
    problem = problem_with_name(name)
    if problem:
        raise Invalid([Problem("name", f"the name {problem}")])
    return name
