"""The machine of memberships finds faults: each of these is planted, and a run of the machine must fail."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tamis.columns.projector import documents, pipeline, rule_dependencies
from tamis.columns.projector.batch import Levels
from tamis.columns.projector.steps import events, in_memory, stage
from tamis.domain.values.fields import CONTACT_ID, FieldSet
from tamis.records import change_log
from tamis.records.consent import suppressions
from tamis.records.events import write
from tamis.records.handles import Transaction, connection_of
from tests.stores.machine.consent_only import ConsentMembership
from tests.stores.machine.membership import Membership
from tests.stores.machine.state import State
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


def lose_suppressions_of_loaded_contacts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load changed contacts into the projection without saying that they are suppressed."""
    insert = documents.insert_contacts

    def without(
        con: DuckDBPyConnection, type_id: int, fields: FieldSet, lines: Sequence[str], into: str | None = None
    ) -> None:
        insert(con, type_id, fields, [text.replace(',"suppressed":true', "") for text in lines], into)

    for module in (in_memory, stage):
        monkeypatch.setattr(module, "insert_contacts", without)


def evaluate_nobody_as_suppressed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evaluate few changed contacts in memory as if none of them were suppressed."""
    monkeypatch.setattr(in_memory, "SUPPRESSED", CONTACT_ID)


def ignore_suppressed_externals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not tell the projector of suppressed emails that are no contacts."""
    monkeypatch.setattr(suppressions, "inclusions_of", lambda *_: iter(()))


def ignore_lifted_suppressions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not tell the projector of contacts that can be mailed again."""
    found = suppressions.contacts_of

    def of_suppressed(db: Transaction, account_id: int, email_keys: Iterable[str]) -> Mapping[int, list[int]]:
        return found(db, account_id, suppressions.find(db, account_id, list(email_keys)))

    monkeypatch.setattr(suppressions, "contacts_of", of_suppressed)


@pytest.mark.skipif(not ALL, reason="a machine runs until it finds a fault")
@pytest.mark.parametrize(
    "plant",
    [
        leave_windows_a_day_early,
        ignore_late_events,
        count_repeated_events,
    ],
)
def test_a_planted_fault_is_found(plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert_a_run_fails(Membership)


@pytest.mark.skipif(not ALL, reason="a machine runs until it finds a fault")
@pytest.mark.parametrize(
    "plant",
    [
        lose_suppressions_of_loaded_contacts,
        evaluate_nobody_as_suppressed,
        ignore_suppressed_externals,
        ignore_lifted_suppressions,
    ],
)
def test_a_planted_fault_about_suppressions_is_found(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert_a_run_fails(ConsentMembership)


def assert_a_run_fails(machine: type[State]) -> None:
    """Run a machine, which must find something wrong."""
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=200, stateful_step_count=50, deadline=None, derandomize=True, phases=[Phase.generate]
            ),
        )
