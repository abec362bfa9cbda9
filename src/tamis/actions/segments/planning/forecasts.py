"""Forecasts: who enters and leaves a segment by time alone, if nothing else changes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tamis.actions.consent.mailing import suppressed_sizes
from tamis.actions.segments.segments import segment_by_id
from tamis.actions.segments.stored_rules import rules_of_type
from tamis.actions.services import Services
from tamis.columns.interface.forecast import ForecastRequest
from tamis.domain.errors import Invalid, NotFound, Problem
from tamis.domain.segments.segments import Segment
from tamis.domain.values.instants import day_of
from tamis.records import types
from tamis.records.accounts import accounts
from tamis.records.handles import Reader
from tamis.rules.evaluation.dependencies import sort_into_levels
from tamis.rules.time.breakpoints import time_dependent_conditions
from tamis.rules.tree import Rule, referenced_segments

MAX_DAYS = 366
QUICK_DAYS = 31
"""More days than these may take seconds over millions of contacts."""


@dataclass(frozen=True, slots=True)
class DayForecast:
    """A calendar day of the account: how many enter and leave by time alone, and the size at its end."""

    day: date
    entering: int
    leaving: int
    count: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """The forecast of a segment from the instant `as_of`: its size then, how many of these can be mailed, and the days,
    of which the first is the rest of today."""

    as_of: datetime
    count: int
    mailable: int
    days: list[DayForecast]


def forecast_segment(services: Services, account_id: int, segment_id: int, days: int) -> Forecast:
    """Forecast the members of a segment for the rest of today and the days after it; raises NotFound and Invalid."""
    if not 1 <= days <= MAX_DAYS:
        raise Invalid([Problem("days", "days_out_of_range", most=MAX_DAYS, days=days)])
    with services.view(account_id, long_running=days > QUICK_DAYS) as view:
        account = accounts.account_by_id(view.records, account_id)
        if account is None:
            raise NotFound("segment_unknown", segment=segment_id)
        segment = segment_by_id(view.records, account, segment_id)
        as_of = view.as_of_type(segment.contact_type_id)
        levels = _levels(view.records, segment)
        suppressed = suppressed_sizes(view, account_id, [segment]).get(segment.id, 0)
        view.close_records()
        request = ForecastRequest(segment.contact_type_id, segment.id, levels, account.zone, as_of, days)
        changes = {change.day: change for change in view.columns.forecast.changes_by_day(request)}
        count = size = view.columns.sizes.of_all().get(segment.id, 0)
    today, found = day_of(as_of, account.zone), list[DayForecast]()
    for number in range(min(days, (date.max - today).days + 1)):
        day = today + timedelta(days=number)
        entering, leaving = (changes[day].entries, changes[day].exits) if day in changes else (0, 0)
        size += entering - leaving
        found.append(DayForecast(day, entering, leaving, size))
    return Forecast(as_of, count, count - suppressed, found)


def depends_on_time(db: Reader, segment: Segment) -> bool:
    """Return whether time alone may change the members of a segment."""
    return any(time_dependent_conditions(rule) for level in _levels(db, segment) for rule in level.values())


def _levels(db: Reader, segment: Segment) -> list[dict[int, Rule]]:
    """Return the rules of a segment and of all that it depends on, each level after those that its rules name."""
    all_rules = rules_of_type(db, segment.contact_type_id, types.fields_of_type(db, segment.contact_type_id))
    needed, waiting = dict[int, Rule](), [segment.id]
    while waiting:
        if (segment_id := waiting.pop()) in all_rules and segment_id not in needed:
            needed[segment_id] = all_rules[segment_id]
            waiting += referenced_segments(all_rules[segment_id])
    return [{segment_id: needed[segment_id] for segment_id in level} for level in sort_into_levels(needed)]
