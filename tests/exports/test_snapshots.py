"""An export is one snapshot of the data, and blocks no reader or writer."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tamis.actions.services import Services
from tamis.domain.segments.segments import Segment
from tamis.records import types
from tamis.settings import Settings
from tests.stores.workspace import Workspace, new_workspace

TIMEOUT_SECONDS = 60


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    services = Services(Settings(tmp_path / "data"))
    workspace = new_workspace(services)
    workspace.write(ada={"city": "London"})
    yield workspace
    services.close()


def read_concurrently(workspace: Workspace, segment: Segment) -> set[str]:
    """Ask in another thread who is in a segment; one that has to wait is given up."""
    seen: list[set[str]] = []
    beside = threading.Thread(target=lambda: seen.append(workspace.members(segment)), daemon=True)
    beside.start()
    beside.join(TIMEOUT_SECONDS)
    assert seen, "it waits"
    return seen[0]


def test_an_export_neither_blocks_nor_sees_concurrent_writes(workspace: Workspace) -> None:
    services = workspace.services
    everyone = workspace.segment("Everyone", "email is not blank")
    with services.view(workspace.account.id, long_running=True) as view:
        assert len(types.fields_of_type(view.records, workspace.type.id).fields) == 12
        view.close_records()
        workspace.write(bob={"city": "Berlin"})
        assert read_concurrently(workspace, everyone) == {"ada", "bob"}
        assert view.columns.contacts.ids(workspace.type.id, 0, 9) == [1]
    assert workspace.members(everyone) == {"ada", "bob"}


def test_an_export_contains_every_earlier_write(workspace: Workspace) -> None:
    services = workspace.services
    services.project()
    workspace.write(bob={"city": "Berlin"})
    with services.view(workspace.account.id, long_running=True) as view:
        assert view.columns.contacts.ids(workspace.type.id, 0, 9) == [1, 2]


def test_a_rewrite_waits_for_the_export_without_blocking_readers(workspace: Workspace) -> None:
    services = workspace.services
    everyone = workspace.segment("Everyone", "email is not blank")
    columns = services.project()
    replaced = threading.Event()

    def rewrite() -> None:
        columns.rewrite()
        replaced.set()

    with services.view(workspace.account.id, long_running=True) as view:
        view.close_records()
        rewriting = threading.Thread(target=rewrite, daemon=True)
        rewriting.start()
        for number in range(20):
            workspace.write(**{f"p{number}": {"city": "Berlin"}})
            assert len(read_concurrently(workspace, everyone)) == number + 2
        assert not replaced.is_set()
        assert view.columns.contacts.ids(workspace.type.id, 0, 9) == [1]
    assert replaced.wait(TIMEOUT_SECONDS)
    assert len(workspace.members(everyone)) == 21
