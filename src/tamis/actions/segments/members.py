"""Who is in a segment, page by page and searched, and who came to it and went, newest first."""

from dataclasses import dataclass
from datetime import datetime

from tamis.actions.segments.segment_list import DAYS
from tamis.actions.segments.segments import segment_by_id
from tamis.actions.services import Services
from tamis.domain.accounts import Account
from tamis.domain.instants import day_of
from tamis.domain.members import Member, Passed
from tamis.domain.segments import Segment
from tamis.domain.transitions import Filling


@dataclass(frozen=True, slots=True)
class Comings:
    """Some lines of the log of a segment, newest first: entries and exits, and fillings as a whole. `known_since` is
    from when on it is known who was in it; `before` is the number before which older lines stand, None at the end."""

    lines: list[Passed | Filling]
    known_since: datetime | None
    before: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """How large a segment is now: its recipients, how many of these are contacts, how many contacts its type has, and
    by how many recipients it grew over seven days, None where it was not there then."""

    recipients: int
    members: int
    contacts: int
    change: int | None


def figures_of(services: Services, account: Account, segment: Segment) -> Figures:
    """Tell how large a segment is at this moment."""
    with services.view(account.id) as view:
        today = day_of(view.as_of, account.zone)
        told = view.columns.history.last_sizes([segment.id], today, DAYS)
        contacts, externals = view.columns.members.surroundings(segment.contact_type_id, segment.id)
    sizes = told.get(segment.id, [None])
    now, then = sizes[-1] or 0, sizes[0]
    return Figures(now, now - externals, contacts, None if then is None else now - then)


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
    """Return a page of the recipients of a segment that have each word of a search in their address or name: the next
    ones above the number `after`, or the last ones below `before`. Raises NotFound."""
    with services.view(account.id) as view:
        segment = segment_by_id(view.records, account, segment_id)
        return view.columns.members.page(
            segment.contact_type_id, segment.id, search.split(), after=after, before=before, limit=limit
        )


def count_members(services: Services, account: Account, segment_id: int, search: str) -> int:
    """Count the recipients of a segment that have each word of a search in their address or name; raises NotFound."""
    with services.view(account.id) as view:
        segment = segment_by_id(view.records, account, segment_id)
        return view.columns.members.count(segment.contact_type_id, segment.id, search.split())


def comings_and_goings(
    services: Services,
    account: Account,
    segment_id: int,
    *,
    step: int | None = None,
    before: int | None = None,
    limit: int,
) -> Comings:
    """List the newest entries (`step` 1) and exits (-1) of a segment, or both with the lines at which it was filled as
    a whole, of those that stand before a line of its log. Raises NotFound."""
    with services.view(account.id) as view:
        segment, past = segment_by_id(view.records, account, segment_id), view.columns.history
        passed = past.passed(segment.contact_type_id, segment.id, step, before, limit + 1)
        fillings = past.fillings_of(segment.id)
        known_since = past.known_since(segment.id)
    more = passed[limit].number if len(passed) > limit else None
    within = [f for f in fillings if (before is None or f.number < before) and (more is None or f.number > more)]
    lines: list[Passed | Filling] = [*passed[:limit], *(within if step is None else [])]
    lines.sort(key=lambda line: -line.number)
    return Comings(lines, known_since, None if more is None else more + 1)
