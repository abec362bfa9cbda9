"""The past: daily sizes of a segment, its members at an instant, and the changes of a contact."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tamis.actions.services import Services
from tamis.actions.view import View
from tamis.columns.interface.history import HistoryReads
from tamis.columns.interface.view import ColumnsView
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import Invalid, NotFound, Problem, Refused, ValueProblem
from tamis.domain.segments.membership_changes import Cause, DaySize, MembershipChange
from tamis.domain.segments.segments import (
    EXTERNAL_BIT,
    Segment,
    recipient_id_of_contact,
    recipient_id_of_external,
    segment_of_recipient,
)
from tamis.domain.values.dates import local_time, parse_date, parse_datetime, parse_local_time
from tamis.domain.values.instants import MICROSECOND, SECOND, day_in_utc, day_of, from_micros, to_utc
from tamis.records.accounts import accounts
from tamis.records.handles import Reader
from tamis.records.segments import externals, overrides, segments

MAX_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class SizesByDay:
    """The sizes of a segment on days of its account, and since when its members are known."""

    days: list[DaySize]
    known_since: datetime | None


@dataclass(frozen=True, slots=True)
class ContactChange:
    """A contact entered a segment (`delta` 1), left it (-1), or was in it when its log begins (0).

    `number` is that of the log entry. Only the name is known of a deleted segment.
    """

    number: int
    delta: int
    instant: datetime
    cause: Cause
    segment_id: int
    segment_name: str
    is_live: bool


def segment_history(services: Services, account_id: int, segment_id: int, days: int) -> SizesByDay:
    """Return the size of a segment on each of the last days, including today; raises NotFound and Invalid."""
    if not 1 <= days <= MAX_DAYS:
        raise Invalid([Problem("days", "days_out_of_range", most=MAX_DAYS, days=days)])
    with services.view(account_id) as view:
        account, segment = _segment(view.records, account_id, segment_id)
        today, past = day_of(view.as_of, account.zone), view.columns.history
        return SizesByDay(
            past.sizes_by_day(segment.id, today - timedelta(days=days - 1), today),
            past.known_since(segment.id),
        )


def past_instant(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Parse a past instant: a date means the end of that day (for today, now), and a date-time without an offset is in
    `zone`. A time as `local_time` writes it means the end of that second. Raises Invalid."""
    text = text.strip()
    try:
        if (second := parse_local_time(text)) is not None:
            start = to_utc(second, zone)
            at = max(start, min(start + SECOND - MICROSECOND, now))
        elif (parsed := parse_datetime(text)) and len(text) > len("2024-12-31"):
            at = to_utc(parsed, zone)
        else:
            day = parse_date(text)
            at = now if day == day_of(now, zone) else day_in_utc(day, zone)[1]
    except ValueProblem as problem:
        raise Invalid([Problem.of("at", problem.message)]) from None
    if at > now:
        raise Invalid([Problem("at", "instant_not_come", instant=local_time(at, zone))])
    return at


def size_at(services: Services, account_id: int, segment_id: int, at: int) -> int:
    """Count the recipients that a segment had at an instant, in microseconds since 1970; raises NotFound, and Refused
    if that is no longer known."""
    with services.view(account_id) as view:
        account, segment = _segment(view.records, account_id, segment_id)
        past = view.columns.history
        return past.count_before(segment.id, _first_number_after(past, account, segment, from_micros(at)))


def members_at(
    services: Services, account_id: int, segment_id: int, at: int, after: int, limit: int
) -> list[tuple[int, int | None, str | None]]:
    """Return a page of the recipients that a segment had at an instant, by recipient id: id, contact id, and email if
    it is still known; raises what `size_at` raises."""
    with services.view(account_id) as view:
        account, segment = _segment(view.records, account_id, segment_id)
        past = view.columns.history
        number = _first_number_after(past, account, segment, from_micros(at))
        return past.recipients_before(segment.contact_type_id, segment.id, number, after, limit)


def contact_history(
    services: Services, account_id: int, type_id: int, contact_id: int, email_key: str
) -> list[ContactChange]:
    """List the entries and exits of a contact in all segments, newest first."""
    with services.view(account_id) as view:
        return changes_of_contact(view, account_id, type_id, contact_id, email_key)


def changes_of_contact(
    view: View[ColumnsView], account_id: int, type_id: int, contact_id: int, email_key: str
) -> list[ContactChange]:
    """List the entries and exits of a contact in all segments as a view shows them, newest first."""
    db, past = view.records, view.columns.history
    live = [s.id for s in segments.live_of_account(db, account_id) if s.contact_type_id == type_id]
    external_ids = [n for n in overrides.recipient_ids_of_email(db, type_id, email_key) if n & EXTERNAL_BIT]
    persons = externals.person_ids_of_email(db, type_id, email_key)
    logged = past.changes_of(contact_id, external_ids, persons)
    own = [recipient_id_of_contact(segment_id, contact_id) for segment_id in live]
    own += [recipient_id_of_external(segment_id, person) for segment_id in live for person in persons]
    logged += _from_snapshots(past, {*own, *external_ids}, logged)
    known = segments.names(db, type_id, {segment_of_recipient(change.recipient_id) for change in logged})
    changes = [
        ContactChange(number, delta, instant, cause, segment_id, *known[segment_id])
        for number, recipient_id, delta, instant, cause in logged
        if (segment_id := segment_of_recipient(recipient_id)) in known
    ]
    return sorted(changes, key=lambda change: -change.number)


def _segment(db: Reader, account_id: int, segment_id: int) -> tuple[Account, Segment]:
    account, segment = accounts.account_by_id(db, account_id), segments.live_by_id(db, account_id, segment_id)
    if account is None or segment is None:
        raise NotFound("segment_unknown", segment=segment_id)
    return account, segment


def _first_number_after(past: HistoryReads, account: Account, segment: Segment, at: datetime) -> int | None:
    since = past.known_since(segment.id)
    if since is None or at < since:
        if since is None:
            raise Refused("history_begins_now", segment=segment.name)
        raise Refused("history_not_known", segment=segment.name, since=local_time(since, account.zone))
    return past.first_number_after(segment.id, at)


def _from_snapshots(
    past: HistoryReads, recipient_ids: Collection[int], logged: Collection[MembershipChange]
) -> list[MembershipChange]:
    """Return a change for each of a contact's recipients that were in the last snapshot of their segment: a snapshot
    is one log entry for all of them.

    Recipients in the first snapshot, or in the one of a restored segment, entered with it; those in another one had
    entered before.
    """
    present = past.present_among(list(recipient_ids))
    found = []
    for recipient_id in recipient_ids:
        snapshots = past.snapshots_of(segment_of_recipient(recipient_id))
        if not snapshots:
            continue
        last = snapshots[-1]
        later = [c.delta for c in logged if c.recipient_id == recipient_id and c.number > last.number]
        if later[0] == -1 if later else recipient_id in present:
            delta = 1 if last.cause in (Cause.FIRST, Cause.RESTORED) else 0
            found.append(MembershipChange(last.number, recipient_id, delta, last.instant, last.cause))
    return found
