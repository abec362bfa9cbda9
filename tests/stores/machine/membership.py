"""A machine that does anything to contacts, fields, segments and the clock, against a plain recomputation."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import initialize

from tests.stores.machine.consent import ConsentRules
from tests.stores.machine.contacts import ContactRules
from tests.stores.machine.draws import BEGINNINGS, people, rule_texts
from tests.stores.machine.events import EventRules
from tests.stores.machine.feed import FeedRules
from tests.stores.machine.fields import FieldRules
from tests.stores.machine.recipients import RecipientRules
from tests.stores.machine.segments import SegmentRules
from tests.stores.machine.stores import StoreRules
from tests.stores.machine.time import TimeRules


class Membership(
    ContactRules,
    EventRules,
    SegmentRules,
    RecipientRules,
    ConsentRules,
    FieldRules,
    TimeRules,
    StoreRules,
    FeedRules,
):
    """Contacts, fields, segments, manual overrides, consent and time change; sometimes nothing is read for a while."""

    @initialize(
        beginning=st.sampled_from(BEGINNINGS),
        some=people(),
        texts=st.lists(rule_texts(), min_size=2, max_size=4),
        data=st.data(),
    )
    def begin(
        self, beginning: tuple[str, datetime], some: dict[str, dict[str, Any]], texts: list[str], data: st.DataObject
    ) -> None:
        self.prepare(*beginning)
        first = {"email": next(iter(some)), "at": 0, "amount": 1, "note": "gift", "due": 0}
        self.send_events([first | {"event": name} for name in ("order", "visit")], create_contacts=True)
        for text in texts:
            self.make_segment(text, data)
        self.look()
        self.write_contacts(some, by_import=False)


@contextmanager
def begun(
    beginning: tuple[str, datetime],
    some: dict[str, dict[str, Any]],
    texts: list[str],
    overrides: int,
    data: st.DataObject,
) -> Iterator[Membership]:
    """Begin a machine for a block, with some recipients included and excluded manually."""
    machine = Membership()
    try:
        machine.begin(beginning, some, texts, data)
        for _ in range(overrides):
            machine.include_recipient(data, data.draw(st.sampled_from([*some, "Else@Example.org"])), "By", False)
            machine.exclude_recipient(data)
        yield machine
    finally:
        machine.teardown()
