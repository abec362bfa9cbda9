"""Batches of a file's events that become runs: each event is there once, as if it had been stored alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.events.accept import accept_events, parse_events
from tamis.actions.events.importing import batches
from tamis.actions.events.importing.batches import EventWriter
from tamis.actions.events.importing.options import EventImportOptions, EventImportReport
from tamis.actions.events.importing.run import import_events
from tamis.actions.importing.sources import ContactFile
from tamis.actions.maintenance.event_upkeep import keep_events
from tamis.actions.services import Services
from tamis.records.events.read import of_contacts
from tamis.records.events.verify import EventProblems, verify_events
from tests.stores.workspace import Workspace, new_workspace
from tests.support.effort import examples
from tests.support.small_runs import small_runs

NAMES = ("ann", "bob", "cy")


class Row(NamedTuple):
    """An event of a file."""

    contact: str
    event: str
    day: int
    id: str
    amount: str

    @property
    def known_by(self) -> tuple[object, ...]:
        """What it is known by; of several that are the same, all have the same."""
        return self[:2] + (("id", self.id) if self.id else ("content", self.day, self.amount))


ROWS = st.builds(
    Row,
    st.sampled_from(NAMES),
    st.sampled_from(("order", "open")),
    st.integers(1, 3),
    st.sampled_from(("", "", "a", "b", "c\\", "d\\t")),
    st.sampled_from(("", "1", "x")),
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(batches, "ROWS_PER_CALL", 0)
    monkeypatch.setattr(batches, "ROWS_PER_BATCH", 7)
    monkeypatch.setattr(batches, "ROWS_PER_BATCH_OF_SERVER", 5)
    monkeypatch.setattr(batches, "NEWEST_AS_ROWS", 1)
    with small_runs():
        yield


def workspace_with_contacts(services: Services) -> Workspace:
    workspace = new_workspace(services)
    workspace.write(**{name: {} for name in NAMES})
    return workspace


@pytest.fixture
def workspace(services: Services) -> Workspace:
    return workspace_with_contacts(services)


def take(workspace: Workspace, path: Path, rows: list[Row]) -> EventImportReport:
    lines = [f"{r.contact}@example.org,{r.event},2026-11-{r.day:02},{r.id},{r.amount}\n" for r in rows]
    path.write_text("email,event,at,id,amount\n" + "".join(lines))
    return import_events(workspace.services, workspace.account, workspace.type, ContactFile(path), EventImportOptions())


def send(workspace: Workspace, row: Row) -> str:
    """Send an event as a program does, and return what became of it."""
    account, type_id = workspace.account, workspace.type.id
    item = {"email": f"{row.contact}@example.org", "event": row.event, "at": f"2026-11-{row.day:02}"}
    item |= {"id": row.id} if row.id else {}
    events = parse_events(workspace.services.records.reader(), account, type_id, [item])
    return workspace.services.write(accept_events, account, type_id, events)[0].status


class Model:
    """The events that should be stored, and what should become of files."""

    def __init__(self) -> None:
        self.contents: dict[tuple[object, ...], tuple[int, str]] = {}
        self.numbers: dict[tuple[object, ...], int] = {}

    def take(self, rows: list[Row]) -> tuple[int, int, int]:
        accepted = repeated = rejected = 0
        here: dict[tuple[object, ...], int] = {}
        for row in sorted(rows, key=lambda row: row.event):
            known, content = row.known_by, (row.day, row.amount)
            if row.id:
                stored = self.contents.setdefault(known, content)
                is_new = self.numbers.setdefault(known, 0) == 0
                accepted, repeated, rejected = (
                    accepted + is_new, repeated + (not is_new and stored == content), rejected + (stored != content)
                )  # fmt: skip
                self.numbers[known] = 1
            else:
                here[known] = here.get(known, 0) + 1
                is_new = here[known] > self.numbers.get(known, 0)
                accepted, repeated = accepted + is_new, repeated + (not is_new)
                self.numbers[known] = max(self.numbers.get(known, 0), here[known])
        return accepted, repeated, rejected


def count_of(workspace: Workspace) -> int:
    db = workspace.services.records.reader()
    found = of_contacts(db, [workspace.contact(name).id for name in NAMES])
    return sum(map(len, found.values()))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(100))
@given(files=st.lists(st.lists(ROWS, min_size=1, max_size=25), min_size=1, max_size=3))
def test_each_row_is_stored_once(services: Services, tmp_path: Path, files: list[list[Row]]) -> None:
    workspace, model = workspace_with_contacts(services), Model()
    for rows in files:
        report = take(workspace, tmp_path / "events.csv", rows)
        assert (report.accepted, report.repeated, report.rejected) == model.take(rows)
        assert count_of(workspace) == sum(model.numbers.values())
        keep_events(services.records, services.project())
        again = take(workspace, tmp_path / "events.csv", rows)
        assert (again.accepted, again.repeated, again.rejected) == model.take(rows)
        found = verify_events(services.records.reader())
        assert found == EventProblems(found.events)


@pytest.mark.parametrize("times", [1, 100])
def test_an_event_that_is_sent_while_a_batch_is_compared_is_stored_once(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    rows = [Row("ann", "order", 1, "a", ""), Row("ann", "order", 2, "b", ""), Row("bob", "open", 1, "", "")]
    store = EventWriter._store_as_run
    sent: list[str] = []

    def raced(self: EventWriter, change: int) -> bool:
        if len(sent) < times:
            sent.append(send(workspace, rows[len(sent) % 2]))
        return store(self, change)

    monkeypatch.setattr(EventWriter, "_store_as_run", raced)
    report = take(workspace, tmp_path / "events.csv", rows)
    stored_by_others = sent.count("accepted")
    assert stored_by_others == min(times, 2)
    assert (report.accepted, report.repeated, report.rejected) == (3 - stored_by_others, stored_by_others, 0)
    assert count_of(workspace) == 3


def test_a_contact_that_is_deleted_while_a_batch_is_compared_gets_no_events(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, services, contact_id = EventWriter._store_as_run, workspace.services, workspace.contact("ann").id

    def raced(self: EventWriter, change: int) -> bool:
        services.write(delete_contact, workspace.account, workspace.type, "ann@example.org")
        monkeypatch.setattr(EventWriter, "_store_as_run", store)
        return store(self, change)

    monkeypatch.setattr(EventWriter, "_store_as_run", raced)
    rows = [Row("ann", "order", 1, "a", ""), Row("bob", "order", 2, "b", "")]
    report = take(workspace, tmp_path / "events.csv", rows)
    assert (report.accepted, report.repeated, report.rejected) == (1, 0, 1)
    assert not of_contacts(workspace.services.records.reader(), [contact_id])
