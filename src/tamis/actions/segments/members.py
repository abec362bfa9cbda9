"""The members of a segment, by page and by search, its size, and its recent activity."""

from dataclasses import dataclass
from datetime import datetime

from tamis.actions.consent.mailing import suppressed_sizes
from tamis.actions.segments.segment_list import DAYS
from tamis.actions.segments.segments import segment_by_id
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.segments.members import ActivityEntry, Member
from tamis.domain.segments.membership_changes import MembershipSnapshot
from tamis.domain.segments.segments import Segment
from tamis.domain.values.instants import day_of


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Log entries of a segment, newest first: entries, exits and snapshots. The members are known from `known_since`
    on; `before` is the number to pass for the next, older page, None on the last one."""

    entries: list[ActivityEntry | MembershipSnapshot]
    known_since: datetime | None
    before: int | None


@dataclass(frozen=True, slots=True)
class SegmentStats:
    """The size of a segment: its recipients, how many of them are contacts (`members`), the contacts of its type, and
    the change of its recipients over seven days, None for a younger segment. `mailable` recipients are not
    suppressed."""

    recipients: int
    mailable: int
    members: int
    contacts: int
    change: int | None


def segment_stats(services: Services, account: Account, segment: Segment) -> SegmentStats:
    """Return the current size of a segment."""
    with services.view(account.id) as view:
        today = day_of(view.as_of, account.zone)
        sizes_by_segment = view.columns.history.last_sizes([segment.id], today, DAYS)
        contacts, externals = view.columns.members.count_contacts_and_externals(segment.contact_type_id, segment.id)
        suppressed = suppressed_sizes(view, account.id, [segment]).get(segment.id, 0)
    sizes = sizes_by_segment.get(segment.id, [None])
    now, then = sizes[-1] or 0, sizes[0]
    return SegmentStats(now, now - suppressed, now - externals, contacts, None if then is None else now - then)


def member_page(
    services: Services,
    account: Account,
    segment_id: int,
    search: str = "",
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int,
) -> list[Member]:
    """Return a page of the recipients of a segment with every word of a search in their email or name: the next ones
    above the recipient id `after`, or the last ones below `before`. Raises NotFound."""
    with services.view(account.id) as view:
        segment = segment_by_id(view.records, account, segment_id)
        return view.columns.members.page(
            segment.contact_type_id, segment.id, search.split(), after=after, before=before, limit=limit
        )


def count_members(services: Services, account: Account, segment_id: int, search: str) -> int:
    """Count the recipients of a segment with every word of a search in their email or name; raises NotFound."""
    with services.view(account.id) as view:
        segment = segment_by_id(view.records, account, segment_id)
        return view.columns.members.count(segment.contact_type_id, segment.id, search.split())


def list_activity(
    services: Services,
    account: Account,
    segment_id: int,
    *,
    delta: int | None = None,
    before: int | None = None,
    limit: int,
) -> ActivityPage:
    """List the newest log entries of a segment with numbers below `before`: only entries (`delta` 1) or exits (-1), or
    both and the snapshots. Raises NotFound."""
    with services.view(account.id) as view:
        segment, history = segment_by_id(view.records, account, segment_id), view.columns.history
        changes = history.activity(segment.contact_type_id, segment.id, delta, before, limit + 1)
        snapshots = history.snapshots_of(segment.id)
        known_since = history.known_since(segment.id)
    more = changes[limit].number if len(changes) > limit else None
    within = [s for s in snapshots if (before is None or s.number < before) and (more is None or s.number > more)]
    entries: list[ActivityEntry | MembershipSnapshot] = [*changes[:limit], *(within if delta is None else [])]
    entries.sort(key=lambda entry: -entry.number)
    return ActivityPage(entries, known_since, None if more is None else more + 1)
