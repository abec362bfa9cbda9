"""Contacts are written, imported, deleted and get other emails."""

from datetime import date, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import rule

from tamis.actions.contacts.contact_edits import edit_contact
from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.importing.run import import_file
from tamis.domain.contacts.contacts import encode_values
from tamis.domain.errors import Invalid, NotFound
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.fields import Value
from tamis.domain.values.instants import day_of
from tamis.records import types
from tamis.records.contacts import NewContact
from tests.stores.machine.draws import PEOPLE, people
from tests.stores.machine.state import State
from tests.stores.oracle import email


class ContactRules(State):
    """Rules about contacts."""

    @rule(some=people(), by_import=st.booleans())
    def write_contacts(self, some: dict[str, dict[str, Any]], by_import: bool) -> None:
        self.tick()
        rows = [
            NewContact(address, email(address).key, encode_values(self.values(stated)))
            for address, stated in some.items()
        ]
        self.count_change(*some)
        fields = types.fields_of_type(self.services.records.reader(), self.type.id)
        cause = Cause.IMPORT if by_import else Cause.CONTACT
        erasable = [field.id for field in self.fields.values()]
        self.services.write(upsert, self.type.id, fields, rows, erasable, cause=cause)

    @rule(some=st.dictionaries(PEOPLE, st.integers(0, 6), min_size=1, max_size=4))
    def import_a_file(self, some: dict[str, int]) -> None:
        self.tick()
        self.count_change(*some)
        path = self.directory / "people.csv"
        path.write_text("email,score\n" + "".join(f"{address},{score}\n" for address, score in some.items()))
        report = import_file(self.services, self.account, self.type, path, ImportOptions())
        assert report.rows == len(some) == report.created + report.updated + report.unchanged

    @rule(address=PEOPLE)
    def delete_contact(self, address: str) -> None:
        self.tick()
        self.count_change(address)
        try:
            self.services.write(delete_contact, self.account, self.type, address)
        except NotFound:
            return

    @rule(old=PEOPLE, new=PEOPLE, country=st.sampled_from(["India", "Peru", ""]))
    def change_email(self, old: str, new: str, country: str) -> None:
        self.tick()
        found = {email(contact.email).key: contact.id for contact in self.oracle.contacts(self.db)}
        if email(old).key not in found:
            return
        for _ in range(2):  # an email of another contact says nothing about the past
            self.count_change(old, new)
        texts = {"email": new, "country": country}
        try:
            self.services.write(edit_contact, self.account, self.type, found[email(old).key], texts)
        except Invalid:
            assert email(new).key in found.keys() - {email(old).key}
        else:
            assert email(new).key not in found.keys() - {email(old).key}

    def values(self, stated: dict[str, Any]) -> dict[int, Value]:
        today = day_of(self.now, self.account.zone)
        read: dict[str, Any] = {
            "country": lambda text: text,
            "score": float,
            "born": lambda v: shifted(today + timedelta(days=v[1]), v[0]),
            "seen": lambda v: datetime.combine(
                shifted((self.now + timedelta(hours=v[1])).date(), v[0]),
                (self.now + timedelta(hours=v[1])).timetz(),
            ),
            "tags": lambda chosen: tuple(option for option in ("red", "green", "blue") if option in chosen),
        }
        return {self.fields[name].id: read[name](value) for name, value in stated.items()}


def shifted(day: date, years: int) -> date:
    """Move a day by years; 29 February becomes the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
