"""An export is one state of the data, and nobody waits for it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tamis.actions.services import Services
from tamis.domain.segments import Segment
from tamis.records import types
from tamis.settings import Settings
from tests.stores.account import Desk, new_desk

PATIENCE_SECONDS = 60


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    services = Services(Settings(tmp_path / "data"))
    desk = new_desk(services)
    desk.write(ada={"city": "London"})
    yield desk
    services.close()


def seen_beside(desk: Desk, segment: Segment) -> set[str]:
    """Ask in another thread who is in a segment; one that has to wait is given up."""
    seen: list[set[str]] = []
    beside = threading.Thread(target=lambda: seen.append(desk.members(segment)), daemon=True)
    beside.start()
    beside.join(PATIENCE_SECONDS)
    assert seen, "it waits"
    return seen[0]


def test_writes_and_reads_go_on_beside_it_and_it_sees_none_of_them(desk: Desk) -> None:
    services = desk.services
    everyone = desk.segment("Everyone", "email is not blank")
    with services.view(desk.account.id, long_running=True) as view:
        assert len(types.fields_of_type(view.records, desk.type.id).fields) == 12
        view.close_records()
        desk.write(bob={"city": "Berlin"})
        assert seen_beside(desk, everyone) == {"ada", "bob"}
        assert view.columns.contacts.ids(desk.type.id, 0, 9) == [1]
    assert desk.members(everyone) == {"ada", "bob"}


def test_it_holds_every_write_that_came_before_it(desk: Desk) -> None:
    services = desk.services
    services.project()
    desk.write(bob={"city": "Berlin"})
    with services.view(desk.account.id, long_running=True) as view:
        assert view.columns.contacts.ids(desk.type.id, 0, 9) == [1, 2]


def test_who_replaces_the_file_waits_for_it_and_keeps_no_reader_out_meanwhile(desk: Desk) -> None:
    services = desk.services
    everyone = desk.segment("Everyone", "email is not blank")
    columns = services.project()
    replaced = threading.Event()

    def rewrite() -> None:
        columns.rewrite()
        replaced.set()

    with services.view(desk.account.id, long_running=True) as view:
        view.close_records()
        rewriting = threading.Thread(target=rewrite, daemon=True)
        rewriting.start()
        for number in range(20):
            desk.write(**{f"p{number}": {"city": "Berlin"}})
            assert len(seen_beside(desk, everyone)) == number + 2
        assert not replaced.is_set()
        assert view.columns.contacts.ids(desk.type.id, 0, 9) == [1]
    assert replaced.wait(PATIENCE_SECONDS)
    assert len(desk.members(everyone)) == 21
