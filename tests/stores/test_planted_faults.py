"""The machine of memberships finds faults: each of these is planted, and a run of the machine must fail."""

import os
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tamis.columns.projector import pipeline, rule_dependencies
from tamis.columns.projector.batch import Levels
from tamis.columns.projector.steps import events
from tamis.records import change_log
from tamis.records.events import write
from tamis.records.handles import Transaction, connection_of
from tests.stores.machine.membership import Membership
from tests.support.effort import ALL

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def leave_windows_a_day_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for events that leave a window, or age otherwise, a day before they do."""
    found = rule_dependencies.event_breakpoints_of

    def a_day_early(levels: Levels) -> list[rule_dependencies.EventBreakpoint]:
        return [(name, field, offset and max(offset - DAY, HOUR)) for name, field, offset in found(levels)]

    for module in (events, pipeline):
        monkeypatch.setattr(module, "event_breakpoints_of", a_day_early)


def ignore_late_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not tell the projector of events that arrive after a later one of the same contact."""
    record = change_log.record_event_changes

    def without_late(db: Transaction, type_id: int, contact_ids: Iterable[int], now: datetime) -> None:
        rows = connection_of(db).execute(
            "SELECT contact_id FROM events GROUP BY contact_id "
            "HAVING min(at) FILTER (WHERE change = ?1) < max(at) FILTER (WHERE change < ?1)",
            (change_log.next_change(db),),
        )
        if punctual := set(contact_ids) - {row[0] for row in rows}:
            record(db, type_id, punctual, now)

    monkeypatch.setattr(change_log, "record_event_changes", without_late)


def count_repeated_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Store an event that was sent before once more."""
    monkeypatch.setattr(write, "identity_of", lambda event: os.urandom(8))


@pytest.mark.skipif(not ALL, reason="a machine runs until it finds a fault")
@pytest.mark.parametrize("plant", [leave_windows_a_day_early, ignore_late_events, count_repeated_events])
def test_a_planted_fault_is_found(plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            Membership,
            settings=settings(
                max_examples=200, stateful_step_count=50, deadline=None, derandomize=True, phases=[Phase.generate]
            ),
        )
