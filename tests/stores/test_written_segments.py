"""What a write of a program says of segments is the difference of recomputed memberships, after anything else."""

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import rule, run_state_machine_as_test

from tamis.actions.changes.segment_changes import read_segment_changes
from tamis.actions.contacts.contact_batches import parse_batch, write_batch
from tamis.actions.contacts.contact_writes import (
    WrittenContact,
    patch_contact,
    put_contact,
    remove_contact_of_email,
    without_merged,
)
from tamis.actions.contacts.stated_values import StatedContact
from tamis.domain.errors import Invalid, NotFound
from tamis.domain.segments.membership_changes import SegmentChanges
from tests.stores.machine.draws import PEOPLE
from tests.stores.machine.membership import Membership
from tests.stores.oracle import email
from tests.support.effort import examples

VALUES = st.fixed_dictionaries(
    {},
    optional={
        "country": st.sampled_from(["India", "Peru", None]),
        "score": st.integers(0, 6) | st.none(),
        "tags": st.lists(st.sampled_from(["red", "green", "blue"]), max_size=2) | st.none(),
    },
)


class WritingPrograms(Membership):
    """The machine of memberships, in which programs write, too."""

    @rule(address=PEOPLE, stated=VALUES)
    def put(self, address: str, stated: dict[str, Any]) -> None:
        self.count_change(address)
        self.write({email(address).key}, put_contact, address, StatedContact(stated))

    @rule(address=PEOPLE, stated=VALUES, new=PEOPLE | st.none())
    def patch(self, address: str, stated: dict[str, Any], new: str | None) -> None:
        keys = {email(address).key} | ({email(new).key} if new else set())
        for _ in range(2 if len(keys) > 1 else 1):  # an address that is another contact's now tells nothing of the past
            self.count_change(address, *([new] if new else []))
        self.write(keys, patch_contact, address, StatedContact(stated, new))

    @rule(address=PEOPLE)
    def delete(self, address: str) -> None:
        self.count_change(address)
        self.write({email(address).key}, remove_contact_of_email, address)

    @rule(some=st.lists(st.tuples(PEOPLE, VALUES), max_size=5))
    def send_a_batch(self, some: list[tuple[str, dict[str, Any]]]) -> None:
        self.tick()
        for address, _ in some * 2:
            self.count_change(address)
        items = [{"email": address, "fields": stated} for address, stated in some]
        batch = parse_batch(self.db, self.account, self.type.id, items)
        results = self.services.write(write_batch, self.account, self.type.id, batch)
        assert "rejected" not in [result.status for result in results]

    def write(self, keys: set[str], action: Callable[..., WrittenContact], *arguments: Any) -> None:
        """Write something of the people with some emails, and compare what it says of segments."""
        self.services.project()
        before = self.expected(self.now)
        self.tick()
        try:
            with self.services.hub.watch() as watch:
                written = self.services.write(action, self.account, self.type.id, *arguments)
                self.services.project()
                said = SegmentChanges()
                if written.outcome != "unchanged":
                    published = watch.find(written.change)
                    assert published
                    found = read_segment_changes(self.services, published, written.person_ids)
                    said = without_merged(self.services, self.account, written, found)
        except (NotFound, Invalid):
            return
        if written.outcome == "unchanged":
            assert (said.entered, said.left) == ((), ())
            return
        after = self.expected(self.now)
        was, is_ = ({id_ for id_, members in found.items() if members & keys} for found in (before, after))
        assert (set(said.entered), set(said.left)) == (is_ - was, was - is_)


def test_writes_say_what_they_changed() -> None:
    run_state_machine_as_test(
        WritingPrograms, settings=settings(max_examples=examples(40, 1), stateful_step_count=40, deadline=None)
    )
