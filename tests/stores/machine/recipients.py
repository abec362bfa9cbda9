"""Recipients are included and excluded manually."""

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from tamis.actions.segments.recipients import add_recipient, delete_recipient
from tamis.domain.errors import Invalid, NotFound
from tests.stores.machine.draws import PEOPLE
from tests.stores.machine.state import State
from tests.stores.oracle import email


class RecipientRules(State):
    """Rules about manual overrides."""

    @precondition(lambda self: self.live)
    @rule(data=st.data(), address=PEOPLE, named=st.sampled_from(["By", "Bye"]), shouted=st.booleans())
    def include_recipient(self, data: st.DataObject, address: str, named: str, shouted: bool) -> None:
        self.tick()
        segment = data.draw(st.sampled_from(self.live))
        self.count_change(address)
        before = self.expected(self.now)[segment.id]
        try:
            added = email(address.upper() if shouted else address)
            self.services.write(add_recipient, self.account, segment.id, added, named, "Hand")
        except Invalid:
            assert email(address).key in before
        else:
            assert email(address).key not in before
            assert email(address).key in self.expected(self.now)[segment.id]

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def exclude_recipient(self, data: st.DataObject) -> None:
        self.tick()
        segment = data.draw(st.sampled_from(self.live))
        present = self.shown(segment)
        if present:
            gone = data.draw(st.sampled_from(sorted(present)))
            self.look()
            self.tick()
            try:
                self.services.write(delete_recipient, self.account, present[gone]["id"])
            except NotFound:  # the tick was the end of its time
                assert gone not in self.expected(self.now)[segment.id]
            self.count_change(gone)
            assert gone not in self.expected(self.now)[segment.id]
