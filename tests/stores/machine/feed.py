"""Readers of the feed and of a webhook know who is in each segment."""

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from tests.stores.feed_reader import FeedReader
from tests.stores.machine.state import State
from tests.stores.webhook_log import FAULTS, KILLED


class FeedRules(State):
    """Rules about changes that others read."""

    @precondition(lambda self: self.reader.entries)
    @rule(data=st.data(), size=st.integers(1, 7))
    def replay_the_feed(self, data: st.DataObject, size: int) -> None:
        self.look()
        replayed = FeedReader(self.account, size)
        replayed.follow(self.services)
        assert replayed.members == self.reader.members
        expected = [entry._replace(contact_id=None, email=None) for entry in self.reader.entries]  # both are as of now
        assert [entry._replace(contact_id=None, email=None) for entry in replayed.entries] == expected
        begin = data.draw(st.sampled_from(replayed.entries))
        later = [entry for entry in replayed.entries if entry.number > begin.number]
        assert FeedReader(self.account, size, begin.number).read(self.services) == later
        of_segment = [entry for entry in later if entry.segment_id == begin.segment_id]
        assert FeedReader(self.account, size, begin.number, begin.segment_id).read(self.services) == of_segment

    @rule(data=st.data(), faults=st.lists(st.sampled_from([*FAULTS, KILLED]), max_size=3))
    def deliver_to_a_failing_webhook(self, data: st.DataObject, faults: list[str]) -> None:
        self.look()
        self.deliver(faults, data.draw(st.none() | st.sampled_from([0, *self.webhook.numbers])))
