"""A view is a consistent state of both stores: it contains nothing written while it is open, and blocks no one."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tamis.actions.services import Services
from tamis.actions.view import View
from tamis.columns.engine.errors import EngineFault, StoreFailure
from tamis.domain.errors import Abandoned, Unavailable
from tamis.domain.values.fields import Kind
from tamis.records import contacts
from tamis.records.segments import segments
from tamis.settings import Settings
from tests.stores.workspace import EVERYONE, Workspace, new_workspace

ENDLESS = "SELECT count(*) FROM range(10000000000) a, range(10000000000) b WHERE a.range + b.range = 1"
Opening = Callable[[Workspace], AbstractContextManager[View[Any]]]
VIEWS: dict[str, Opening] = {
    "of an account": lambda workspace: workspace.services.view(workspace.account.id),
    "of all accounts": lambda workspace: workspace.services.view(),
    "long-running": lambda workspace: workspace.services.view(workspace.account.id, long_running=True),
    "of the sizes of an account": lambda workspace: workspace.services.view_of_sizes(workspace.account.id),
    "of all sizes": lambda workspace: workspace.services.view_of_sizes(),
}


@pytest.fixture
def workspace(services: Services) -> Workspace:
    return new_workspace(services)


@pytest.mark.parametrize("kind", VIEWS)
def test_a_write_between_two_reads_of_a_view_is_in_neither_store(workspace: Workspace, kind: str) -> None:
    workspace.write(ann={}, bob={})
    everyone = workspace.segment("Everyone", "email is not blank")
    with VIEWS[kind](workspace) as view:
        before = view.columns.sizes.of_all()[everyone.id]
        workspace.write(carl={})
        workspace.segment("Another", "email is not blank")
        workspace.services.project()  # is not kept from following by the view
        live = segments.live_of_account(view.records, workspace.account.id)
        assert (before, view.columns.sizes.of_all()[everyone.id]) == (2, 2)
        assert [segment.name for segment in live] == ["Everyone"]
        assert len(contacts.by_ids(view.records, [1, 2, 3], workspace.fields)) == 2
    with VIEWS[kind](workspace) as view:
        assert view.columns.sizes.of_all()[everyone.id] == 3
        assert len(segments.live_of_account(view.records, workspace.account.id)) == 2


@pytest.mark.parametrize("kind", VIEWS)
def test_a_view_has_every_write_that_was_acknowledged_before_it(workspace: Workspace, kind: str) -> None:
    everyone = workspace.segment("Everyone", "email is not blank")
    for number in range(1, 6):
        workspace.write(**{f"p{number}": {}})
        with VIEWS[kind](workspace) as view:
            assert view.columns.sizes.of_all()[everyone.id] == number
            assert view.change == view.columns.watermark.applied == workspace.services.open_columns().applied


def test_all_column_reads_of_a_view_are_of_one_snapshot(workspace: Workspace) -> None:
    workspace.write(ann={}, bob={})
    everyone = workspace.segment("Everyone", "email is not blank")
    with workspace.services.view(workspace.account.id) as view:
        workspace.write(carl={})
        workspace.services.project()
        columns, type_id = view.columns, workspace.type.id
        assert columns.contacts.ids(type_id, 0, 9) == [1, 2]
        assert len(columns.recipients.page(workspace.account.id, type_id, everyone.id, 0, EVERYONE)) == 2
        assert columns.members.count(type_id, everyone.id, ["example"]) == 2
        assert columns.field_stats.count_with_value(type_id, ()) == (2, [])
        today = view.as_of.date()
        assert columns.history.last_sizes([everyone.id], today, 1) == {everyone.id: [2]}


class World:
    """An account whose clock the test sets, with one segment of those who were seen within an hour."""

    def __init__(self, directory: Path) -> None:
        self.now = datetime(2026, 6, 1, 12, tzinfo=UTC)
        self.services = Services(Settings(directory, columns_threads=1), lambda: self.now)
        self.workspace = new_workspace(self.services)
        self.workspace.field("Seen", Kind.DATETIME)
        self.workspace.write(ann={"seen": "2026-06-01T12:00Z"})
        self.segment = self.workspace.segment("Recent", "seen is within 1 hour")


@pytest.mark.parametrize("kind", VIEWS)
def test_a_view_knows_its_expiry_and_time_counts_as_a_write(tmp_path: Path, kind: str) -> None:
    world = World(tmp_path)
    with VIEWS[kind](world.workspace) as view:
        assert view.columns.sizes.of_all() == {world.segment.id: 1}
        assert view.as_of == world.now
        assert view.until is not None
        assert view.until > world.now
        until = view.until
    world.now = until
    with VIEWS[kind](world.workspace) as view:
        assert view.columns.sizes.of_all().get(world.segment.id, 0) == 0
        assert (view.as_of, view.until) == (until, None)
    world.now -= timedelta(minutes=30)  # the clock is set back
    with VIEWS[kind](world.workspace) as view:
        assert view.columns.sizes.of_all() == {world.segment.id: 1}
        assert view.as_of_type(world.workspace.type.id) == view.as_of == world.now
    world.services.close()


def test_an_abandoned_view_ends_and_its_thread_stays_usable(workspace: Workspace) -> None:
    workspace.write(ann={})
    left = threading.Event()

    def read_for_ever() -> None:
        with workspace.services.view(workspace.account.id) as view:
            leaving = threading.Thread(target=leave, args=(view.columns.interrupt,))
            leaving.start()
            try:
                workspace.services.open_columns().cursor().execute(ENDLESS).fetchall()
            finally:
                left.set()
                leaving.join()

    def leave(interrupt: Callable[[], None]) -> None:
        while not left.wait(0.001):  # an interruption before the statement begins does nothing
            interrupt()

    with pytest.raises(Abandoned):
        read_for_ever()
    with workspace.services.view(workspace.account.id) as view:
        assert view.columns.contacts.ids(workspace.type.id, 0, 9) == [1]


@pytest.mark.parametrize("kind", VIEWS)
def test_a_stopped_projection_is_repaired_by_the_next_view(workspace: Workspace, kind: str) -> None:
    workspace.write(ann={})
    everyone = workspace.segment("Everyone", "email is not blank")
    columns = workspace.services.project()
    columns.failure = StoreFailure.STOPPED
    with VIEWS[kind](workspace) as view:
        assert view.columns.sizes.of_all() == {everyone.id: 1}
    assert columns.failure is None


def test_a_damaged_file_is_rebuilt_by_the_next_view(workspace: Workspace) -> None:
    workspace.write(ann={})
    columns = workspace.services.project()
    columns.failure = StoreFailure.DAMAGED
    with workspace.services.view(workspace.account.id) as view:
        assert view.columns.contacts.ids(workspace.type.id, 0, 9) == [1]
    assert columns.quarantined


@pytest.mark.parametrize("kind", VIEWS)
def test_a_view_of_closed_services_is_refused(tmp_path: Path, kind: str) -> None:
    services = Services(Settings(tmp_path / "data", columns_threads=1))
    workspace = new_workspace(services)
    services.close()
    with pytest.raises(Unavailable, match="server is stopping"), VIEWS[kind](workspace):
        pytest.fail("it was opened")


def test_a_long_view_does_not_hold_back_the_write_ahead_log(workspace: Workspace) -> None:
    workspace.write(ann={})
    with workspace.services.view(workspace.account.id, long_running=True) as view:
        workspace.write(bob={})
        view.close_records()
        assert workspace.services.records.truncate_log()
        assert view.columns.contacts.ids(workspace.type.id, 0, 9) == [1]


def test_a_query_error_does_not_expose_the_engine(workspace: Workspace) -> None:
    with pytest.raises(EngineFault), workspace.services.view() as view:
        view.columns.contacts.ids(999_999, 0, 9)  # there is no such type
    with workspace.services.view() as view:
        assert view.columns.contacts.ids(workspace.type.id, 0, 9) == []
