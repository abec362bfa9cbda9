"""What was: the size of a segment day by day, its members at a past instant, and the way of a contact."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tamis.actions.services import Services
from tamis.columns.interface.history import HistoryReads
from tamis.domain.accounts import Account
from tamis.domain.dates import parse_date, parse_moment
from tamis.domain.errors import Invalid, NotFound, Problem, Refused, ValueProblem
from tamis.domain.instants import day_in_utc, day_of, from_micros, to_utc
from tamis.domain.segments import (
    EXTERNAL_BIT,
    Segment,
    recipient_id_of_contact,
    recipient_id_of_external,
    segment_of_recipient,
)
from tamis.domain.transitions import Cause, DaySize, Transition
from tamis.records import accounts, externals, recipients, segments
from tamis.records.handles import Reader

MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class SizesByDay:
    """How large a segment was on some days of its account, and since when it is known who was in it."""

    days: list[DaySize]
    known_since: datetime | None


@dataclass(frozen=True, slots=True)
class Passage:
    """A contact entered a segment (`step` 1), left it (-1), or was in it when its log begins (0).

    `number` is that of the line of the log; of a deleted segment only the name is left.
    """

    number: int
    step: int
    instant: datetime
    cause: Cause
    segment_id: int
    segment_name: str
    is_live: bool


def segment_history(services: Services, account_id: int, segment_id: int, days: int) -> SizesByDay:
    """Tell the size of a segment on each of the last days, today included; raises NotFound and Invalid."""
    if not 1 <= days <= MOST_DAYS:
        raise Invalid([Problem("days", "days_out_of_range", most=MOST_DAYS, days=days)])
    with services.view(account_id) as view:
        account, segment = _segment(view.records, account_id, segment_id)
        today, past = day_of(view.as_of, account.zone), view.columns.history
        return SizesByDay(
            past.sizes_by_day(segment.id, today - timedelta(days=days - 1), today),
            past.known_since(segment.id),
        )


def past_instant(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Read an instant that has passed: a date is the end of that day, which today is now, and a date-time without an
    offset is on the clocks of `zone`; raises Invalid."""
    text = text.strip()
    try:
        moment = parse_moment(text)
        if len(text) > len("2024-12-31"):
            at = to_utc(moment, zone)
        else:
            day = parse_date(text)
            at = now if day == day_of(now, zone) else day_in_utc(day, zone)[1]
    except ValueProblem as problem:
        raise Invalid([Problem.of("at", problem.message)]) from None
    if at > now:
        raise Invalid([Problem("at", "instant_not_come", instant=text)])
    return at


def size_at(services: Services, account_id: int, segment_id: int, at: int) -> int:
    """Count the recipients that a segment had at an instant, in microseconds since 1970; raises NotFound, and Refused
    where that is not known any more."""
    with services.view(account_id) as view:
        account, segment = _segment(view.records, account_id, segment_id)
        past = view.columns.history
        return past.count_before(segment.id, _line_after(past, account, segment, from_micros(at)))


def members_at(
    services: Services, account_id: int, segment_id: int, at: int, after: int, limit: int
) -> list[tuple[int, int | None, str | None]]:
    """Return a page of the recipients that a segment had at an instant, in order of their numbers: number, contact, and
    address where it is still known; raises as `size_at` does."""
    with services.view(account_id) as view:
        account, segment = _segment(view.records, account_id, segment_id)
        past = view.columns.history
        line = _line_after(past, account, segment, from_micros(at))
        return past.recipients_before(segment.contact_type_id, segment.id, line, after, limit)


def contact_history(
    services: Services, account_id: int, type_id: int, contact_id: int, email_key: str
) -> list[Passage]:
    """List the passages of a contact through segments, newest first."""
    with services.view(account_id) as view:
        db, past = view.records, view.columns.history
        live = [s.id for s in segments.live_of_account(db, account_id) if s.contact_type_id == type_id]
        external_ids = [n for n in recipients.numbers_with_email(db, type_id, email_key) if n & EXTERNAL_BIT]
        persons = externals.persons_with_email(db, type_id, email_key)
        lines = past.transitions_of(contact_id, external_ids, persons)
        own = [recipient_id_of_contact(segment_id, contact_id) for segment_id in live]
        own += [recipient_id_of_external(segment_id, person) for segment_id in live for person in persons]
        lines += _from_fillings(past, {*own, *external_ids}, lines)
        known = segments.names(db, type_id, {segment_of_recipient(line.recipient_id) for line in lines})
    passages = [
        Passage(number, step, instant, cause, segment_id, *known[segment_id])
        for number, recipient_id, step, instant, cause in lines
        if (segment_id := segment_of_recipient(recipient_id)) in known
    ]
    return sorted(passages, key=lambda passage: -passage.number)


def _segment(db: Reader, account_id: int, segment_id: int) -> tuple[Account, Segment]:
    account, segment = accounts.account_by_id(db, account_id), segments.live_by_id(db, account_id, segment_id)
    if account is None or segment is None:
        raise NotFound("segment_unknown", segment=segment_id)
    return account, segment


def _line_after(past: HistoryReads, account: Account, segment: Segment, at: datetime) -> int | None:
    since = past.known_since(segment.id)
    if since is None or at < since:
        if since is None:
            raise Refused("history_begins_now", segment=segment.name)
        raise Refused("history_not_known", segment=segment.name, since=since.astimezone(account.zone).isoformat(" "))
    return past.line_after(segment.id, at)


def _from_fillings(
    past: HistoryReads, recipient_ids: Collection[int], lines: Collection[Transition]
) -> list[Transition]:
    """Tell which of some recipients of one contact came with the last filling of their segment: it has one line for
    all of them.

    Who came with the first filling entered then; who was there at another one had entered before.
    """
    present = past.present_among(list(recipient_ids))
    found = []
    for recipient_id in recipient_ids:
        fillings = past.fillings_of(segment_of_recipient(recipient_id))
        if not fillings:
            continue
        filling = fillings[-1]
        steps = [line.step for line in lines if line.recipient_id == recipient_id and line.number > filling.number]
        if steps[0] == -1 if steps else recipient_id in present:
            step = 1 if filling.cause is Cause.FIRST else 0
            found.append(Transition(filling.number, recipient_id, step, filling.instant, filling.cause))
    return found
