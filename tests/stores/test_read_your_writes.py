"""A read of an account waits for what the account has written, and not for what others have (§ Fresh)."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.actions.segments.recipients import recipient_page
from tamis.actions.services import Services
from tamis.settings import Settings
from tests.stores.workspace import EVERYONE, Workspace, new_workspace
from tests.support.effort import examples

TIMEOUT_SECONDS = 60


@contextmanager
def project_changes(services: Services) -> Iterator[None]:
    """Hold the lock that every projection has to wait for."""
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with services.open_columns().lock:
            held.set()
            assert go.wait(TIMEOUT_SECONDS)

    with ThreadPoolExecutor(1) as thread:
        holding = thread.submit(hold)
        assert held.wait(TIMEOUT_SECONDS)
        yield
        go.set()
        holding.result()


def members(workspace: Workspace, segment_id: int) -> int:
    """Count the recipients of a segment, as the Segment API lists them."""
    return len(recipient_page(workspace.services, workspace.account.id, segment_id, 0, EVERYONE))


def test_reads_do_not_wait_for_writes_of_another_account(services: Services) -> None:
    quiet, busy = new_workspace(services), new_workspace(services)
    quiet.write(ann={}, bob={})
    mine = quiet.segment("Everyone", "email is not blank")
    assert members(quiet, mine.id) == 2
    busy.write(carl={})
    with project_changes(services), ThreadPoolExecutor(1) as thread:
        assert thread.submit(members, quiet, mine.id).result(TIMEOUT_SECONDS) == 2


def test_reads_wait_for_writes_of_the_same_account(services: Services) -> None:
    quiet, busy = new_workspace(services), new_workspace(services)
    mine = quiet.segment("Everyone", "email is not blank")
    assert members(quiet, mine.id) == 0
    busy.write(carl={})
    quiet.write(ann={})
    with ThreadPoolExecutor(1) as thread:
        with project_changes(services):
            requested = thread.submit(members, quiet, mine.id)
            quiet.write(bob={})
        assert requested.result(TIMEOUT_SECONDS) in (1, 2)  # bob came while it was asked
    assert members(quiet, mine.id) == 2


@settings(max_examples=examples(60), deadline=None)
@given(steps=st.lists(st.tuples(st.booleans(), st.booleans()), max_size=12))
def test_each_account_reads_its_own_writes(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[bool, bool]]
) -> None:
    services = Services(Settings(tmp_path_factory.mktemp("data"), columns_threads=1))
    try:
        workspaces = [new_workspace(services), new_workspace(services)]
        segments = [workspace.segment("Everyone", "email is not blank").id for workspace in workspaces]
        written = [0, 0]
        for number, (writer, reader) in enumerate(steps):
            workspaces[writer].write(**{f"p{number}": {}})
            written[writer] += 1
            assert members(workspaces[reader], segments[reader]) == written[reader]
    finally:
        services.close()
