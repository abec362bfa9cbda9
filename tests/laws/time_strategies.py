"""Strategies for evaluation times, contacts with values near them, and memberships in segments."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from tamis.domain.contacts.contacts import Contact
from tamis.domain.values.fields import Kind, Value
from tamis.domain.values.instants import FIRST_INSTANT, LAST_INSTANT, MICROSECOND, day_in_utc
from tamis.rules.operators.operator import Operator
from tamis.rules.time.evaluation_time import EvaluationTime
from tests.laws.strategies import EVERY_KIND, FIELDS, crowds, instants, zones

evaluation_times = st.builds(EvaluationTime, instants, zones)
"""Many of them near midnight, where clocks change, or on leap days."""

DATES = {Kind.DATE, Kind.DATETIME}
_STEPS = (0, 1, 2, 3, 7, 11, 12, 13, 23, 24, 28, 29, 30, 31, 52, 363, 364, 365, 366)


def is_in(contact: Contact, segment_id: int) -> bool:
    """Return whether a random contact is in a random segment; `Stores` decides the same in SQL."""
    return (contact.id + segment_id) % 3 == 0


def segments_of(contact: Contact) -> Callable[[int], bool]:
    """Return the membership of a contact in segments."""
    return lambda segment_id: is_in(contact, segment_id)


def later(instant: datetime, by: timedelta) -> datetime:
    """Shift an instant, at most to the ends of the calendar."""
    try:
        return instant + by
    except OverflowError:
        return FIRST_INSTANT if by < timedelta(0) else LAST_INSTANT


def _later_day(day: date, by: int) -> date:
    return date.fromordinal(min(max(day.toordinal() + by, 1), date.max.toordinal()))


@st.composite
def days_near(draw: st.DrawFn, as_of: EvaluationTime) -> date:
    """A day some days before or after an evaluation time, of this year or another."""
    steps = st.sampled_from([sign * step for step in _STEPS for sign in (1, -1)])
    day = _later_day(as_of.today, draw(steps) + draw(st.sampled_from([-1, 0, 0, 1])))
    year = draw(st.one_of(st.just(day.year), st.integers(1, 9999)))
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return day


@st.composite
def instants_near(draw: st.DrawFn, as_of: EvaluationTime) -> datetime:
    """An instant some hours before or after an evaluation time, or the bounds of a day near it."""
    hours = draw(st.sampled_from([sign * step for step in _STEPS for sign in (1, -1)]))
    edges = st.one_of(
        st.just(later(as_of.now, timedelta(hours=hours))),
        days_near(as_of).flatmap(lambda day: st.sampled_from(day_in_utc(day, as_of.zone))),
    )
    return later(draw(edges), draw(st.sampled_from([-1, 0, 1])) * MICROSECOND)


def values_near(kind: Kind, as_of: EvaluationTime) -> st.SearchStrategy[Value]:
    """A value of a date or a date-time field near an evaluation time."""
    return days_near(as_of) if kind is Kind.DATE else instants_near(as_of)


@st.composite
def crowds_near(
    draw: st.DrawFn, as_of: EvaluationTime, most: int = 6, kinds: Collection[Kind] = EVERY_KIND
) -> list[Contact]:
    """Several contacts, many of whose dates lie near an evaluation time."""
    audience = []
    for contact in draw(crowds(most, kinds)):
        values = dict(contact.values)
        for field in FIELDS.fields:
            if field.kind in (Kind.DATE, Kind.DATETIME) and field.id in values and draw(st.booleans()):
                values[field.id] = draw(values_near(field.kind, as_of))
        created = draw(st.one_of(st.just(contact.created_at), instants_near(as_of)))
        audience.append(replace(contact, values=values, created_at=created))
    return audience


@st.composite
def timed_crowds(
    draw: st.DrawFn, most: int = 6, kinds: Collection[Kind] = EVERY_KIND
) -> tuple[EvaluationTime, list[Contact]]:
    """An evaluation time, and contacts with values near it."""
    as_of = draw(evaluation_times)
    return as_of, draw(crowds_near(as_of, most, kinds))


def crowds_for(operator: Operator, most: int = 6) -> st.SearchStrategy[tuple[EvaluationTime, list[Contact]]]:
    """An evaluation time, and contacts with the values that an operator looks at."""
    return timed_crowds(most, operator.kinds | DATES if operator.kinds & DATES else operator.kinds)


@st.composite
def instants_of_the_day(draw: st.DrawFn, as_of: EvaluationTime) -> datetime:
    """An instant on the calendar day of an evaluation time."""
    low, high = day_in_utc(as_of.today, as_of.zone)
    after = timedelta(microseconds=draw(st.integers(0, (high - low) // MICROSECOND)))
    return draw(st.sampled_from([low, high, as_of.now, low + after]))
