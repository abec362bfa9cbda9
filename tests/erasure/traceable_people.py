"""People whose values cannot be mistaken for anything else, and the search for what is left of them."""

import random
import string
from pathlib import Path

from tamis.actions.accounts.accounts import create_account
from tamis.actions.contacts.forgotten_emails import forget_email
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.segments.recipients import add_recipient
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType, encode_values
from tamis.domain.contacts.emails import Email
from tamis.domain.files.import_reports import RequestedOptions
from tamis.domain.values.fields import CITY, FIRST_NAME, LAST_NAME, RESERVED, FieldSet, Kind
from tamis.records.contacts import NewContact
from tamis.records.importing import imports
from tamis.rules.syntaxes.text import from_text
from tests.support.effort import ALL

PEOPLE = 30_000 if ALL else 6_000
VICTIMS = range(7, PEOPLE, PEOPLE // 30)
SHORTEST_TRACE = 9


class TraceablePeople:
    """A contact type of people with random names; the victims were also added manually to a segment."""

    def __init__(self, services: Services) -> None:
        chance = random.Random(20_261_124)
        self.services = services
        self.account: Account = services.write(create_account, "owner@example.org", "UTC", None)[0]
        self.type: ContactType = services.write(create_type, self.account, "People")
        note = services.write(create_field, self.type, "Note", Kind.TEXT)
        self.values = [tuple(_word(chance, length) for length in (14, 10, 12, 16)) for _ in range(PEOPLE)]
        contacts = [
            NewContact(
                self.email(n),
                self.email(n),
                encode_values({FIRST_NAME.id: first, LAST_NAME.id: last, CITY.id: f"City {n % 50}", note.id: text}),
            )
            for n, (_, first, last, text) in enumerate(self.values)
        ]
        fields = FieldSet((*RESERVED, note))
        for start in range(0, PEOPLE, 5_000):
            services.write(upsert, self.type.id, fields, contacts[start : start + 5_000], ())
        job = services.write(
            lambda db, now: imports.insert(db, self.account.id, self.type.id, "people.csv", RequestedOptions(), now)
        )
        reported = [
            NewContact(self.email(n), self.email(n), encode_values({note.id: "something else"})) for n in VICTIMS
        ]  # so that what they were is kept, to undo it
        services.write(upsert, self.type.id, fields, reported, (), import_id=job.id)
        self.segment = services.write(create_segment, self.account, self.type, "City 7", from_text('city = "City 7"'))
        for n in VICTIMS[::10]:
            email, (_, first, last, _) = self.email(n), self.values[n]
            other = services.write(create_segment, self.account, self.type, f"By hand {n}", None)
            services.write(add_recipient, self.account, other.id, Email(email, email), first, last)

    def email(self, n: int) -> str:
        """Return the address of a person."""
        return f"{self.values[n][0]}@example.org"

    def forget_victims(self) -> None:
        """Delete them all."""
        for n in VICTIMS:
            self.services.write(forget_email, self.account, self.type, self.email(n))

    def traces(self, *patterns: str) -> dict[str, int]:
        """Count the pieces of the victims' values in the bytes of the files that match."""
        return traces(self.services.settings.data, {v for n in VICTIMS for v in self.values[n]}, *patterns)


def traces(directory: Path, values: set[str], *patterns: str) -> dict[str, int]:
    """Count pieces of values in the bytes of the files of a directory, by file; files without any are left out."""
    pieces = {value[:SHORTEST_TRACE].encode() for value in values}
    found = {}
    for file in sorted(directory.rglob("*")):
        if file.is_file() and (not patterns or any(file.match(pattern) for pattern in patterns)):
            content = file.read_bytes()
            if count := sum(piece in content for piece in pieces):
                found[file.name] = count
    return found


def _word(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(string.ascii_lowercase + string.digits, k=length))
