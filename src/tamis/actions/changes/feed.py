"""The change feed of an account: who entered and left its segments, after any number.

The numbers of entries are those of the history, which all accounts share: they only grow, and gaps are normal. A page
is read from a view, so it has the effect of every write of the account that was acknowledged before (§ Fresh), and the
history up to its last number is complete: whoever continues after that number misses nothing and sees nothing twice.
"""

from collections.abc import Sequence

from tamis.actions.consent.mailing import without_suppressed_emails
from tamis.actions.services import Services
from tamis.actions.view import View
from tamis.columns.interface.view import ColumnsView
from tamis.domain.errors import Gone, Invalid, NotFound, Problem
from tamis.domain.segments.changes import ChangeType, FeedEntry, FeedPage, KnownRecipient, LoggedEntry
from tamis.domain.segments.membership_changes import Cause
from tamis.records import change_feed
from tamis.records.handles import Reader
from tamis.records.history.read import read_position

MAX_LIMIT = 1_000


def read_feed(
    services: Services, account_id: int, after: int, segment_id: int | None = None, limit: int = MAX_LIMIT
) -> FeedPage:
    """Return the first entries of an account's feed with numbers above `after`, or only those of one segment.

    Raises NotFound for a segment of another account; Gone if entries after that number are not kept any more, or if the
    number is of data that a restored backup has replaced; Invalid for a number that no entry can have yet.
    """
    with services.view(account_id) as view:
        segment_ids = _segments(view.records, account_id, segment_id)
        _require_kept(view.records, segment_ids, after)
        found = view.columns.feed.entries(segment_ids, after, limit + 1)
        shown, has_more = found[:limit], len(found) > limit
        last = shown[-1].number if has_more else _last_number(view, shown, after)
        return FeedPage(_entries(view.records, account_id, shown), last, has_more)


def read_recent(
    services: Services, account_id: int, after: int, segment_id: int | None = None, limit: int = MAX_LIMIT
) -> FeedPage | None:
    """Return the entries that the projector has added after a number, from memory, or None if not all of them are
    there. The account must have the segment."""
    found = services.recent_changes.after(after, account_id, segment_id, limit)
    return (
        None
        if found is None
        else FeedPage(_entries(services.records.reader(), account_id, found.entries), found.last, has_more=False)
    )


def newest_number(services: Services, account_id: int) -> int:
    """Return the number from which to follow an account's feed if nothing of its past is wanted."""
    with services.view(account_id) as view:
        return view.columns.feed.last_number(0)


def _segments(db: Reader, account_id: int, segment_id: int | None) -> list[int]:
    if segment_id is None:
        return change_feed.segments_of_account(db, account_id)
    if not change_feed.has_segment(db, account_id, segment_id):
        raise NotFound("segment_unknown", segment=segment_id)
    return [segment_id]


def _require_kept(db: Reader, segment_ids: Sequence[int], after: int) -> None:
    if replaced_until := change_feed.skipped_until(db, after):
        raise Gone("changes_replaced_by_backup", after=after, earliest=replaced_until)
    earliest = change_feed.kept_since(db, segment_ids)
    if after < earliest:
        raise Gone("changes_no_longer_kept", after=after, earliest=earliest)


def _last_number(view: View[ColumnsView], shown: Sequence[LoggedEntry], after: int) -> int:
    """Return the last number of the history in a view that has no more entries; raises Invalid for a number beyond."""
    last = view.columns.feed.last_number(shown[-1].number if shown else after)
    if last == after > read_position(view.records).number:
        raise Invalid([Problem("after", "change_number_unknown", after=after)])
    return last


def _entries(db: Reader, account_id: int, logged: Sequence[LoggedEntry]) -> Sequence[FeedEntry]:
    known = change_feed.identify_recipients(db, list({e.recipient_id for e in logged if e.recipient_id is not None}))
    return without_suppressed_emails(db, account_id, [_entry(entry, known) for entry in logged])


def _entry(entry: LoggedEntry, known: dict[int, KnownRecipient]) -> FeedEntry:
    number, segment_id, recipient_id, delta, at, cause, size = entry
    if recipient_id is None:
        type_ = ChangeType.DELETED if cause is Cause.DELETION else ChangeType.BUILT
        return FeedEntry(number, type_, segment_id, None, None, None, at, cause, size)
    type_ = ChangeType.ENTERED if delta == 1 else ChangeType.LEFT
    contact_id, email = known[recipient_id]
    return FeedEntry(number, type_, segment_id, recipient_id, contact_id, email, at, cause, None)
