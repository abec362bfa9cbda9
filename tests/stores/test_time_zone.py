"""An account that moves to another time zone: its days are others, and its segments are those of its new days."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tamis.actions.accounts.accounts import set_timezone
from tamis.actions.services import Services
from tamis.domain.errors import Invalid
from tamis.records.accounts.accounts import account_by_id
from tests.reliability.test_clock import Clocked


@pytest.fixture
def clocked(tmp_path: Path) -> Iterator[Clocked]:
    made = Clocked(tmp_path)
    yield made
    made.services.close()


def move(clocked: Clocked, zone: str) -> None:
    clocked.services.write(set_timezone, clocked.workspace.account, zone)
    account = account_by_id(clocked.services.records.reader(), clocked.workspace.account.id)
    assert account
    clocked.workspace.account = account


@pytest.mark.parametrize("looked", [True, False], ids=["after each move", "after all of them"])
def test_segments_use_the_days_of_the_new_time_zone(clocked: Clocked, looked: bool) -> None:
    chance = random.Random(5)
    day_of = {zone: clocked.workspace.segment(zone, "seen is within 2 days") for zone in ("Pacific/Auckland",)}
    clocked.segments += day_of.values()
    for zone in ("Pacific/Auckland", "America/Los_Angeles", "UTC", "Pacific/Kiritimati", "Asia/Dhaka"):
        clocked.write(chance)
        move(clocked, zone)
        clocked.write(chance)
        if looked:
            clocked.check()
        clocked.now += timedelta(hours=chance.randrange(30))
    clocked.check()


def test_an_unknown_time_zone_is_refused(clocked: Clocked) -> None:
    with pytest.raises(Invalid, match="not a time zone"):
        move(clocked, "Asia/Atlantis")


def test_midnight_is_that_of_the_new_time_zone(clocked: Clocked) -> None:
    clocked.now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    clocked.workspace.write(ada={"born": "2026-02-22"})
    clocked.check()
    move(clocked, "Pacific/Kiritimati")  # there it is the second of March already
    clocked.check()
    clocked.now = datetime(2026, 3, 1, 18, 0, 1, tzinfo=UTC)  # midnight in the zone that was left
    clocked.check()
    clocked.now = datetime(2026, 3, 2, 10, 0, 1, tzinfo=UTC)
    clocked.check()


def test_a_new_time_zone_survives_a_restart(clocked: Clocked) -> None:
    clocked.write(random.Random(6))
    clocked.check()
    move(clocked, "America/Los_Angeles")
    clocked.reopen()
    clocked.check()
    assert isinstance(clocked.services, Services)
