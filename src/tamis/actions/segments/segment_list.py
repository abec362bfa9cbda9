"""The list of the segments of an account: each with its rule as a sentence, and its sizes over a week."""

from dataclasses import dataclass
from functools import lru_cache

from tamis.actions.consent.mailing import suppressed_sizes
from tamis.actions.segments.stored_rules import rules_of_type
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.segments.segments import Segment
from tamis.domain.values.instants import day_of
from tamis.domain.values.text import fold
from tamis.records import types
from tamis.records.segments import segments
from tamis.rules.descriptions.describe import describe
from tamis.rules.tree import Rule

DAYS = 8
"""The end of the day seven days ago, and of each day since; the last one is now."""


@dataclass(frozen=True, slots=True)
class SegmentListItem:
    """A segment with the name of its contact type and its rule as a sentence. `sizes` are those at the end of the last
    days, ending with the current one; None is a day before the segment existed. `mailable` recipients can be mailed."""

    segment: Segment
    type_name: str
    sentence: str
    sizes: tuple[int | None, ...]
    mailable: int

    @property
    def recipients(self) -> int:
        """The current number of recipients."""
        return self.sizes[-1] or 0

    @property
    def suppressed(self) -> int:
        """The current number of recipients who cannot be mailed."""
        return self.recipients - self.mailable

    @property
    def change(self) -> int | None:
        """The change of recipients over seven days, None for a younger segment."""
        return None if self.sizes[0] is None else self.recipients - self.sizes[0]


def list_segments(services: Services, account: Account, search: str = "") -> list[SegmentListItem]:
    """List the segments of an account with every word of a search in their name, type or sentence, newest first."""
    with services.view(account.id) as view:
        db = view.records
        live = segments.live_of_account(db, account.id)
        names = {of_type.id: of_type.name for of_type in types.types_of_account(db, account.id)}
        rules: dict[int, Rule] = {}
        for type_id in {segment.contact_type_id for segment in live}:
            rules |= rules_of_type(db, type_id, types.fields_of_type(db, type_id))
        today = day_of(view.as_of, account.zone)
        suppressed = suppressed_sizes(view, account.id, live)
        sizes = view.columns.history.last_sizes([segment.id for segment in live], today, DAYS)
    words = fold(search).split()
    found = []
    for segment in live:
        name = names[segment.contact_type_id]
        sentence = _sentence(rules[segment.id], name, today)
        text = fold(f"{segment.name} {name} {sentence}")
        if all(word in text for word in words):
            found.append((segment, name, sentence))
    unknown = (None,) * DAYS
    return [
        _item(segment, name, text, tuple(sizes.get(segment.id, unknown)), suppressed.get(segment.id, 0))
        for segment, name, text in found
    ]


def _item(
    segment: Segment, type_name: str, sentence: str, sizes: tuple[int | None, ...], suppressed: int
) -> SegmentListItem:
    return SegmentListItem(segment, type_name, sentence, sizes, (sizes[-1] or 0) - suppressed)


_sentence = lru_cache(maxsize=4096)(describe)
