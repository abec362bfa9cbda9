"""An account with a contact type and contacts, for tests of what is done with fields and segments."""

from dataclasses import dataclass
from itertools import count
from typing import Any

import msgspec

from tamis.actions.accounts.accounts import create_account
from tamis.actions.contacts.contacts import show_contact
from tamis.actions.fields.field_edits import FieldEdit, edit_field
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.segments.recipients import recipient_page
from tamis.actions.segments.segments import count_rule, create_segment
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import Contact, ContactType, encode_values
from tamis.domain.contacts.emails import parse_email
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import Field, FieldSet, Kind, Value, parse_value
from tamis.records import contacts, types
from tamis.records.contacts import NewContact
from tamis.records.handles import connection_of
from tamis.rules.build import build
from tamis.rules.syntaxes.json import to_json
from tamis.rules.syntaxes.text import from_text

EVERYONE = 1 << 53
_numbers = count(1)


@dataclass
class Workspace:
    """An account with one contact type; contacts are named by the part of their email before the @."""

    services: Services
    account: Account
    type: ContactType

    @property
    def fields(self) -> FieldSet:
        """The fields of the type, as they are now."""
        return types.fields_of_type(self.services.records.reader(), self.type.id)

    def field(self, name: str, kind: Kind, *options: str) -> Field:
        """Make a field."""
        return self.services.write(create_field, self.type, name, kind, options)

    def edit(self, reference: str, **edit: Any) -> Field:
        """Change a field."""
        return self.services.write(edit_field, self.account, self.type, reference, FieldEdit(**edit))

    def write(self, **people: dict[str, str]) -> None:
        """Store contacts, with their values as text by the keys of their fields."""
        rows = []
        for name, texts in people.items():
            email = parse_email(f"{name}@example.org")
            assert email
            values: dict[int, Value] = {}
            for key, text in texts.items():
                field = self.fields.by_key[key]
                value = parse_value(text, field, self.account.zone)
                assert value is not None
                values[field.id] = value
            rows.append(NewContact(email.address, email.key, encode_values(values)))
        self.services.write(upsert, self.type.id, self.fields, rows, ())

    def contact(self, name: str) -> Contact:
        """Find a contact."""
        db, now = self.services.records.reader(), self.services.clock()
        return show_contact(db, now, self.account, self.type, f"{name}@example.org").contact

    def values(self, key: str) -> dict[str, Value]:
        """Return what contacts have of a field, in the records."""
        field = self.fields.by_key[key]
        db = self.services.records.reader()
        rows = connection_of(db).execute("SELECT id FROM contacts WHERE contact_type_id = ?", (self.type.id,))
        found = contacts.by_ids(db, [int(row[0]) for row in rows], self.fields)
        return {c.email.partition("@")[0]: c.values[field.id] for c in found if field.id in c.values}

    def segment(self, name: str, rule: str) -> Segment:
        """Make a segment."""
        return self.services.write(create_segment, self.account, self.type, name, from_text(rule))

    def members(self, segment: Segment) -> set[str]:
        """Ask the projection who is in a segment."""
        page = recipient_page(self.services, self.account.id, segment.id, 0, EVERYONE)
        return {msgspec.json.decode(document)["email"].partition("@")[0] for _, document in page}

    def count(self, rule: str) -> int:
        """Ask the projection how many contacts a rule selects."""
        tree = to_json(build(from_text(rule), self.fields))
        return count_rule(self.services, self.account.id, self.type.id, tree)


def new_workspace(services: Services, account: Account | None = None) -> Workspace:
    """Make a contact type, and an account when none is given."""
    number = next(_numbers)
    if account is None:
        account, _ = services.write(create_account, f"owner{number}@example.org", "Asia/Dhaka", None)
    return Workspace(services, account, services.write(create_type, account, f"People {number}"))
