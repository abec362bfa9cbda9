"""A forecast is what happens: the clock goes on, nothing else changes, and the same people enter and leave."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from tamis.actions.segments.history import segment_history
from tamis.actions.segments.planning.forecasts import Forecast, forecast_segment
from tamis.actions.segments.recipients import add_recipient, delete_recipient
from tamis.domain.errors import Invalid, NotFound
from tamis.domain.segments.segments import Segment, recipient_id_of_contact
from tests.stores.machine.draws import BEGINNINGS, people, rule_texts
from tests.stores.machine.membership import begun
from tests.stores.oracle import email
from tests.stores.test_passing_time import HOUR, NOON, World
from tests.support.effort import ALL, examples

CHECKED = range(9, 31, 9) if ALL else (15,)
"""The days of each month that a forecast of a year is compared on."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Open a world of its own."""
    made = World(tmp_path)
    yield made
    made.services.close()


def forecast(world: World, segment: Segment, days: int) -> Forecast:
    return forecast_segment(world.services, world.account.id, segment.id, days)


def eventful(found: Forecast) -> dict[str, tuple[int, int]]:
    """Return the days on which anybody enters or leaves."""
    return {str(day.day): (day.entering, day.leaving) for day in found.days if day.entering or day.leaving}


@settings(max_examples=examples(150), deadline=None)
@given(
    data=st.data(),
    beginning=st.sampled_from(BEGINNINGS),
    some=people(),
    texts=st.lists(rule_texts(), min_size=3, max_size=5),
    overrides=st.integers(0, 3),
    days=st.integers(1, 4),
)
def test_forecasts_come_true_whatever_the_rules_and_overrides(
    data: st.DataObject,
    beginning: tuple[str, datetime],
    some: dict[str, dict[str, Any]],
    texts: list[str],
    overrides: int,
    days: int,
) -> None:
    with begun(beginning, some, texts, overrides, data) as machine:
        machine.forecasts_come_true(days)


def test_each_day_is_one_of_the_account_beginning_with_the_rest_of_today(world: World) -> None:
    segment = world.segment("Lately", "seen is within 3 hours")
    world.put("ann@example.org", seen=NOON - HOUR)
    world.put("bob@example.org", seen=datetime(2024, 5, 10, 17, tzinfo=UTC))  # an hour before midnight in Dhaka
    found = forecast(world, segment, 3)
    assert [str(day.day) for day in found.days] == ["2024-05-10", "2024-05-11", "2024-05-12"]
    assert (found.as_of, found.count) == (NOON, 1)
    assert eventful(found) == {"2024-05-10": (1, 1), "2024-05-11": (0, 1)}
    assert [day.count for day in found.days] == [1, 0, 0]


def test_who_enters_and_leaves_on_one_day_counts_for_both(world: World) -> None:
    segment = world.segment("Lately", "seen is within 1 hour")
    world.put("ann@example.org", seen=NOON + 2 * HOUR)
    assert eventful(forecast(world, segment, 1)) == {"2024-05-10": (1, 1)}


def test_a_segment_that_names_others_follows_their_future(world: World) -> None:
    world.segment("Birthdays", "born is anniversary within 0 days")
    segment = world.segment("Others", 'is not in segment "Birthdays"')
    world.put("ann@example.org", born=date(1990, 5, 12))
    assert eventful(forecast(world, segment, 7)) == {"2024-05-12": (0, 1), "2024-05-13": (1, 0)}


def test_overrides_and_external_recipients_do_not_come_and_go(world: World) -> None:
    segment = world.segment("Recent", "born is within 2 days")
    for name in ("ann", "bob", "cat"):
        world.put(f"{name}@example.org", born=date(2024, 5, 9))
    world.services.write(delete_recipient, world.account, recipient_id_of_contact(segment.id, 1))
    world.put("dan@example.org")
    for name in ("dan", "eve"):
        world.services.write(add_recipient, world.account, segment.id, email(f"{name}@example.org"), "A", "B")
    found = forecast(world, segment, 5)
    assert found.count == 4
    assert eventful(found) == {"2024-05-12": (0, 2)}


def test_a_segment_that_time_does_not_change_stays_as_it_is(world: World) -> None:
    segment = world.segment("All", "email is not blank")
    world.put("ann@example.org")
    assert [(day.entering, day.leaving, day.count) for day in forecast(world, segment, 2).days] == [(0, 0, 1)] * 2


def test_a_year_is_what_happens_day_by_day(world: World) -> None:
    segment = world.segment("Birthdays", "born is anniversary within 6 days or seen is more than 30 days ago")
    for number in range(40):
        world.put(f"p{number}@example.org", born=date(1988, 1 + number % 12, 1 + number % 28))
        world.put(f"q{number}@example.org", seen=NOON - timedelta(days=number, minutes=number))
    found = forecast(world, segment, 366)
    assert len(found.days) == 366
    for day in found.days[:-1]:
        world.now = datetime.fromisoformat(f"{day.day}T17:59:59.999999Z")
        if day.day.day in CHECKED:
            assert world.size(segment) == day.count, day.day
    happened = segment_history(world.services, world.account.id, segment.id, 366).days
    assert sum(day.entered for day in happened[1:]) == sum(day.entering for day in found.days[1:-1])


def test_a_forecast_stores_nothing_and_may_be_repeated(world: World) -> None:
    segment = world.segment("Birthdays", "born is anniversary within 0 days")
    world.put("ann@example.org", born=date(1990, 5, 12))
    first = forecast(world, segment, 7)
    assert forecast(world, segment, 7) == first
    assert world.size(segment) == 0
    assert world.log(segment) == []


def test_the_calendar_ends(world: World) -> None:
    segment = world.segment("Recent", "born is within 2 days")
    world.put("ann@example.org", born=date(9999, 12, 31))
    world.now = datetime(9999, 12, 30, 6, tzinfo=UTC)
    assert eventful(forecast(world, segment, 7)) == {"9999-12-31": (1, 0)}


@pytest.mark.parametrize("days", [0, -1, 367])
def test_days_out_of_range_are_refused(world: World, days: int) -> None:
    segment = world.segment("All", "email is not blank")
    with pytest.raises(Invalid, match="366"):
        forecast(world, segment, days)


def test_an_unknown_segment_has_no_future(world: World) -> None:
    with pytest.raises(NotFound):
        forecast_segment(world.services, world.account.id, 77, 7)
