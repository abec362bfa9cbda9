"""A program that follows the change feed, and knows from it alone who is in which segment."""

from collections.abc import Sequence

from tamis.actions.changes.feed import read_feed
from tamis.actions.changes.past_members import members_at_change
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.segments.changes import ChangeType, FeedEntry


class FollowedMembers:
    """The members of the segments of an account, as they follow from its changes; those of a built segment are read in
    pages of some size."""

    def __init__(self, account: Account, size: int) -> None:
        self.account, self.size = account, size
        self.members: dict[int, set[int]] = {}
        """The recipient ids of each segment that was built and not deleted since."""

    def apply(self, services: Services, entries: Sequence[FeedEntry]) -> None:
        """Apply changes to what is known."""
        deleted = {entry.segment_id: entry.number for entry in entries if entry.type is ChangeType.DELETED}
        for entry in entries:
            # The members of a deleted segment cannot be read, and end as none; a restored one is built again.
            if entry.number <= deleted.get(entry.segment_id, 0):
                self.members.pop(entry.segment_id, None)
                continue
            match entry.type:
                case ChangeType.BUILT:
                    self.members[entry.segment_id] = self._members_at(services, entry)
                case ChangeType.ENTERED | ChangeType.LEFT:
                    known, recipient_id = self.members[entry.segment_id], entry.recipient_id
                    assert recipient_id
                    assert (recipient_id in known) is (entry.type is ChangeType.LEFT)
                    known ^= {recipient_id}

    def _members_at(self, services: Services, built: FeedEntry) -> set[int]:
        """Read the members as of a build."""
        found, after = set[int](), 0
        while page := members_at_change(
            services, self.account, built.segment_id, built.number, after, max(self.size, 2)
        ):
            found.update(member.recipient_id for member in page)
            after = page[-1].recipient_id
        assert len(found) == built.size
        return found


class FeedReader(FollowedMembers):
    """Follows the feed of an account, or of one of its segments, in pages of some size."""

    def __init__(self, account: Account, size: int, after: int = 0, segment_id: int | None = None) -> None:
        super().__init__(account, size)
        self.after = after
        self.entries: list[FeedEntry] = []
        self._segment_id = segment_id

    def read(self, services: Services) -> list[FeedEntry]:
        """Read what is new, and return it."""
        found: list[FeedEntry] = []
        while True:
            page = read_feed(services, self.account.id, self.after, self._segment_id, self.size)
            numbers = [entry.number for entry in page.entries]
            assert len(numbers) <= self.size
            assert numbers == sorted(set(numbers))
            assert all(self.after < number <= page.last for number in numbers)
            found += page.entries
            self.after = page.last
            if not page.has_more:
                self.entries += found
                return found

    def follow(self, services: Services) -> None:
        """Read what is new, and apply it to what is known."""
        self.apply(services, self.read(services))
