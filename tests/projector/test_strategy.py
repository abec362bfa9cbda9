"""Which way the memberships of a batch are found, and through which windows of time."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from tamis.columns.projector.strategy import BatchProfile, Strategy, Thresholds, choose
from tamis.columns.projector.windows import ALWAYS, windows
from tamis.domain.values.instants import MICROSECOND

THRESHOLDS = Thresholds(small_batch=8, insert_only=1_000, midnights=100)


@pytest.mark.parametrize(
    ("batch", "chosen"),
    [
        (BatchProfile(False, 0, 0), Strategy.INCREMENTAL),
        (BatchProfile(False, 0, 1_000), Strategy.INCREMENTAL),
        (BatchProfile(False, 0, 1_001), Strategy.INSERT_ONLY),
        (BatchProfile(False, 100, 1_001), Strategy.INSERT_ONLY),
        (BatchProfile(False, 101, 0), Strategy.FULL_REFRESH),
        (BatchProfile(False, 101, 1, evaluations=2), Strategy.FULL_REFRESH),
        (BatchProfile(True, 0, 0), Strategy.FULL_REFRESH),
        (BatchProfile(True, 0, 5_000, evaluations=2), Strategy.FULL_REFRESH),
        (BatchProfile(False, 0, 1, evaluations=2), Strategy.SMALL_BATCH),
        (BatchProfile(False, 3, 4, evaluations=8), Strategy.SMALL_BATCH),
        (BatchProfile(False, 3, 4, evaluations=9), Strategy.INCREMENTAL),
        (BatchProfile(False, 3, 4, evaluations=2, rules=4), Strategy.SMALL_BATCH),
        (BatchProfile(False, 3, 4, evaluations=2, rules=5), Strategy.INCREMENTAL),
        (BatchProfile(False, 0, 5_000, evaluations=8), Strategy.SMALL_BATCH),
        (BatchProfile(False, 0, 5_000, evaluations=10_000), Strategy.INCREMENTAL),
        (BatchProfile(False, 0, 4, contacts_only=True), Strategy.IN_MEMORY),
        (BatchProfile(False, 0, 5, contacts_only=True), Strategy.INCREMENTAL),
        (BatchProfile(False, 0, 2, rules=2, contacts_only=True), Strategy.IN_MEMORY),
        (BatchProfile(False, 0, 4, rules=0, contacts_only=True), Strategy.IN_MEMORY),
        (BatchProfile(False, 0, 5, rules=0, contacts_only=True), Strategy.INCREMENTAL),
        (BatchProfile(False, 0, 5_000, rules=0, contacts_only=True), Strategy.INSERT_ONLY),
        (BatchProfile(False, 101, 1, contacts_only=True), Strategy.FULL_REFRESH),
    ],
)
def test_the_strategy_follows_from_the_description_of_the_batch(batch: BatchProfile, chosen: Strategy) -> None:
    assert choose(batch, THRESHOLDS) is chosen


def test_thresholds_of_zero_force_a_strategy() -> None:
    assert choose(BatchProfile(False, 0, 1, evaluations=2), Thresholds(small_batch=0)) is Strategy.INCREMENTAL
    assert choose(BatchProfile(False, 0, 1), Thresholds(insert_only=0)) is Strategy.INSERT_ONLY
    assert choose(BatchProfile(False, 1, 0), Thresholds(midnights=0)) is Strategy.FULL_REFRESH


def test_each_day_and_each_midnight_is_a_window_and_changes_belong_to_one() -> None:
    start, now = (datetime(2024, 3, day, 10, tzinfo=UTC) for day in (1, 3))
    first, second = (datetime(2024, 3, day, tzinfo=UTC) for day in (2, 3))
    found = windows(start, [first, second], now)
    assert [(w.start, w.end, w.is_midnight) for w in found] == [
        (start, first, False),
        (first, first, True),
        (first, second, False),
        (second, second, True),
        (second, now + MICROSECOND, False),
    ]
    assert [w.number for w in found] == [0, 1, 2, 3, 4]
    between = [w for w in found if not w.is_midnight]
    assert [w.since for w in between] == [ALWAYS, first, second]
    assert all(a.end == b.since for a, b in pairwise(between))
