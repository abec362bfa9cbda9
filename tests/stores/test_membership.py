"""§ Exact, § Once, § By hand wins, § Fresh: a machine that does anything, against a plain recomputation."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tamis.actions.accounts import create_account
from tamis.actions.catch_up import stored_rule
from tamis.actions.contacts import delete_contact
from tamis.actions.fields import create_field, delete_field
from tamis.actions.house import House
from tamis.actions.importing.upsert import upsert
from tamis.actions.recipients import add_recipient, delete_recipient, recipient_page
from tamis.actions.segments import create_segment, delete_segment
from tamis.actions.types import create_type
from tamis.columns.store import FILE_NAME
from tamis.domain.contacts import encode_values
from tamis.domain.emails import Email, parse_email
from tamis.domain.errors import Invalid, NotFound, Refused
from tamis.domain.fields import COUNTRY, Kind, Value
from tamis.domain.segments import Segment, SegmentRefs
from tamis.records import contacts, types
from tamis.records.contacts import NewContact
from tamis.rules.evaluate import selects
from tamis.rules.moment import Moment
from tamis.rules.text import from_text
from tamis.settings import Settings

PEOPLE = st.integers(0, 11).map(lambda n: f"Person{n}@Example.org")
RULES = st.sampled_from(
    [
        "",
        'country = "India"',
        'country is not "india"',
        "score > 3",
        "not (score > 3)",
        'country is blank or score is between 2 and 5 and email does not contain "1"',
    ]
)
EVERYONE = 1 << 53


def email(text: str) -> Email:
    """Read an address that is known to be one."""
    parsed = parse_email(text)
    assert parsed
    return parsed


class Membership(RuleBasedStateMachine):
    """Contacts, fields, segments, and hands at work on them."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="tamis-"))
        self.house = House(Settings(self.directory, columns_threads=2))
        self.live: list[Segment] = []
        self.made = 0

    def teardown(self) -> None:
        self.house.close()
        shutil.rmtree(self.directory)

    @initialize()
    def begin(self) -> None:
        self.account, _ = self.house.write(create_account, "owner@example.org", "Asia/Dhaka", None)
        self.type = self.house.write(create_type, self.account, "People")
        self.score = self.house.write(create_field, self.type, "Score", Kind.NUMBER)

    @rule(
        people=st.dictionaries(
            PEOPLE,
            st.tuples(st.sampled_from([None, "India", "INDIA", "Peru"]), st.none() | st.integers(0, 6)),
            min_size=1,
        )
    )
    def write_contacts(self, people: dict[str, tuple[str | None, int | None]]) -> None:
        rows = []
        for address, (country, score) in people.items():
            values: dict[int, Value] = {}
            if country is not None:
                values[COUNTRY.id] = country
            if score is not None:
                values[self.score.id] = float(score)
            rows.append(NewContact(address, email(address).key, encode_values(values)))
        fields = types.fields_of_type(self.house.records.reader(), self.type.id)
        self.house.write(upsert, self.type.id, fields, rows, (COUNTRY.id, self.score.id))

    @rule(address=PEOPLE)
    def delete_contact(self, address: str) -> None:
        try:
            self.house.write(delete_contact, self.account, self.type, address)
        except NotFound:
            return

    @precondition(lambda self: len(self.live) < 6)
    @rule(text=RULES)
    def make_segment(self, text: str) -> None:
        self.made += 1
        made = self.house.write(create_segment, self.account, self.type, f"s{self.made}", from_text(text))
        self.live.append(made)

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def delete_segment(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(self.live))
        self.house.write(delete_segment, self.account, gone.id)
        self.live.remove(gone)

    @precondition(lambda self: self.live)
    @rule(data=st.data(), address=PEOPLE)
    def add_by_hand(self, data: st.DataObject, address: str) -> None:
        segment = data.draw(st.sampled_from(self.live))
        before = self.expected(segment)
        try:
            self.house.write(add_recipient, self.account, segment.id, email(address), "By", "Hand")
        except Invalid:
            assert email(address).key in before
        else:
            assert email(address).key not in before
            assert email(address).key in self.expected(segment)

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def delete_by_hand(self, data: st.DataObject) -> None:
        segment = data.draw(st.sampled_from(self.live))
        present = self.stored(segment)
        if present:
            gone = data.draw(st.sampled_from(sorted(present)))
            self.house.write(delete_recipient, self.account, present[gone]["id"])
            assert gone not in self.expected(segment)

    @rule()
    def make_and_delete_a_field(self) -> None:
        self.house.write(create_field, self.type, "Passing", Kind.TEXT)
        self.house.columns()
        self.house.write(delete_field, self.type, "passing")

    @precondition(lambda self: any("score" in s.rule or f"{self.score.id}" in s.rule for s in self.live))
    @rule()
    def a_field_in_use_stays(self) -> None:
        with pytest.raises(Refused, match="used by the segments"):
            self.house.write(delete_field, self.type, "score")

    @rule()
    def reopen(self) -> None:
        self.house.close()
        self.house = House(Settings(self.directory, columns_threads=2))

    @rule()
    def lose_the_column_file(self) -> None:
        before = {s.id: self.numbers(s) for s in self.live}
        self.house.close()
        (self.directory / FILE_NAME).unlink(missing_ok=True)
        self.house = House(Settings(self.directory, columns_threads=2))
        assert {s.id: self.numbers(s) for s in self.live} == before

    @invariant()
    def stored_equals_recomputed(self) -> None:
        for segment in self.live:
            stored = self.stored(segment)
            assert set(stored) == self.expected(segment), segment
            assert self.house.columns().sizes.get(segment.id, 0) == len(stored)
            ids = [document["id"] for document in stored.values()]
            assert ids == sorted(set(ids))

    def stored(self, segment: Segment) -> dict[str, dict[str, Any]]:
        rows = recipient_page(self.house, self.account.id, segment.id, 0, EVERYONE)
        documents = [msgspec.json.decode(document) for _, document in rows]
        keyed = {email(document["email"]).key: document for document in documents}
        assert len(keyed) == len(documents), "an address stands twice"
        return keyed

    def numbers(self, segment: Segment) -> dict[str, tuple[int, int | None]]:
        return {key: (document["id"], document["contact_id"]) for key, document in self.stored(segment).items()}

    def expected(self, segment: Segment) -> set[str]:
        db = self.house.records.reader()
        fields = types.fields_of_type(db, self.type.id)
        ids = [int(row[0]) for row in db.execute("SELECT id FROM contacts")]
        tree = stored_rule(segment.rule, fields, SegmentRefs())
        removed = {
            row[0]
            for row in db.execute("SELECT contact_id FROM recipients_removed WHERE segment_id = ?", (segment.id,))
        }
        added = db.execute("SELECT email_key FROM recipients_added WHERE segment_id = ?", (segment.id,))
        selected = {
            email(contact.email).key
            for contact in contacts.by_ids(db, ids, fields)
            if contact.id not in removed and selects(tree, contact, Moment(self.house.clock(), self.account.zone))
        }
        return selected | {str(row[0]) for row in added}


TestMembership = Membership.TestCase
TestMembership.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
