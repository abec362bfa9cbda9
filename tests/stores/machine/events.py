"""Events are sent, some of them again, and old ones are removed."""

from datetime import datetime, timedelta
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import rule

from tamis.actions.events.accept import accept_events, parse_events
from tamis.domain.values.instants import day_of, to_micros
from tamis.records.change_log import record_removal
from tamis.records.events.catalogue import catalogue_of_type
from tamis.records.events.write import remove_before
from tamis.records.handles import Transaction
from tests.stores.machine.draws import SELDOM, events
from tests.stores.machine.state import State


class EventRules(State):
    """Rules about events."""

    @rule(batches=st.lists(events(), min_size=1, max_size=4), create_contacts=st.booleans(), look=st.booleans())
    def send_batches(self, batches: list[list[dict[str, Any]]], create_contacts: bool, look: bool) -> None:
        for some in batches:
            self.send_events(some, create_contacts)
            if look:
                self.look()

    def send_events(self, some: list[dict[str, Any]], create_contacts: bool) -> None:
        self.tick()
        today = day_of(self.now, self.account.zone)
        items: list[object] = []
        for each in some:
            properties: dict[str, Any] = {key: each[key] for key in ("amount", "note") if key in each}
            if "due" in each:
                properties["due"] = str(today + timedelta(days=each["due"]))
            at = self.now + timedelta(hours=each["at"])
            item = {"email": each["email"], "event": each["event"], "at": at.isoformat(), "properties": properties}
            items.append(item | ({"id": each["id"]} if "id" in each else {}))
        self.count_change(*(each["email"] for each in some))
        parsed = parse_events(self.db, self.account, self.type.id, items)
        for times in range(2):
            results = self.services.write(
                accept_events, self.account, self.type.id, parsed, create_contacts=create_contacts
            )
            assert not times or "accepted" not in {result.status for result in results}

    @rule(chance=SELDOM, name=st.sampled_from(["order", "visit"]), hours=st.sampled_from([3, 26, 50]))
    def old_events_are_removed(self, chance: int, name: str, hours: int) -> None:
        if chance:
            return
        self.tick()
        self.look()
        found = catalogue_of_type(self.db, self.type.id).find(name)
        assert found
        before = self.now - timedelta(hours=hours)

        def remove(db: Transaction, now: datetime) -> None:
            if remove_before(db, found.id, to_micros(before)):
                record_removal(db, self.type.id, found.id, before, now)

        self.services.write(remove)
        everyone = [contact.email for contact in self.oracle.contacts(self.db)]
        self.count_change(*everyone, *everyone)
