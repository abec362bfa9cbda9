"""A read in several steps shows one state, also when others write in between."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from tamis.actions.contacts.contacts import contact_page, delete_contact
from tamis.actions.segments.recipients import add_recipient, delete_recipient, recipient_page
from tamis.actions.segments.segments import delete_segment
from tamis.actions.segments.sizes import sized_segments
from tamis.actions.services import Services
from tamis.columns.reads import recipients
from tamis.columns.reads.contacts import DuckContactReads
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import NotFound
from tamis.records import change_log
from tamis.records.segments import segments
from tests.stores.workspace import EVERYONE, Workspace, new_workspace


@pytest.fixture
def workspace(services: Services) -> Workspace:
    """Three contacts, and a segment with a rule that selects two of them."""
    workspace = new_workspace(services)
    workspace.write(ann={"country": "Peru"}, bob={"country": "Peru"}, cyd={"country": "Chad"})
    return workspace


def then(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, act: Callable[[], object], times: int = 1) -> None:
    """Run a write, and project it, after each of the first calls of a function."""
    right, left = getattr(module, name), [act] * times

    def patched(*args: Any) -> Any:
        found = right(*args)
        if left:
            left.pop()()
        return found

    monkeypatch.setattr(module, name, patched)


def test_a_recipient_deleted_while_a_page_is_read_is_complete_in_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = workspace.segment("Peru", 'country = "Peru"')
    address = parse_email("dan@example.org")
    assert address
    workspace.services.write(add_recipient, workspace.account, segment.id, address, "Dan", "Doe")
    last = recipient_page(workspace.services, workspace.account.id, segment.id, 0, EVERYONE)[-1][0]

    def go() -> None:
        workspace.services.write(delete_recipient, workspace.account, last)
        workspace.services.project()

    then(monkeypatch, recipients, "_page", go)
    page = [
        msgspec.json.decode(row)
        for _, row in recipient_page(workspace.services, workspace.account.id, segment.id, 0, EVERYONE)
    ]
    assert [row["email"] for row in page] == ["ann@example.org", "bob@example.org", "dan@example.org"]
    assert workspace.members(segment) == {"ann", "bob"}


def test_a_segment_deleted_while_read_is_complete_and_then_not_found(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = workspace.segment("Peru", 'country = "Peru"')
    then(
        monkeypatch,
        segments,
        "live_by_id",
        lambda: workspace.services.write(delete_segment, workspace.account, segment.id),
    )
    assert len(recipient_page(workspace.services, workspace.account.id, segment.id, 0, EVERYONE)) == 2
    with pytest.raises(NotFound):
        recipient_page(workspace.services, workspace.account.id, segment.id, 0, EVERYONE)


@pytest.mark.parametrize("times", [1, 9])
def test_a_page_of_contacts_is_full_when_one_is_deleted_meanwhile(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    workspace.write(**{f"extra{number}": {} for number in range(9)})
    gone = iter(["ann", "bob", *(f"extra{number}" for number in range(9))])

    def go() -> None:
        address = f"{next(gone)}@example.org"
        workspace.services.write(delete_contact, workspace.account, workspace.type, address)

    then(monkeypatch, DuckContactReads, "ids", go, times)
    assert len(contact_page(workspace.services, workspace.type, 0, 3)[0]) == 3


@pytest.mark.parametrize("times", [1, 9])
def test_a_segment_created_during_listing_has_its_size(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    names = iter("ABCDEFGHI"[:times])
    workspace.services.project()
    right = change_log.has_account_changed

    def make_one_more(*args: Any) -> bool:
        """Let a segment be made between a look at one store and a look at the other."""
        found = right(*args)
        if name := next(names, None):
            with ThreadPoolExecutor(1) as thread:
                thread.submit(workspace.segment, name, 'country = "Peru"').result()
        return found

    workspace.segment("First", 'country = "Peru"')
    monkeypatch.setattr(change_log, "has_account_changed", make_one_more)
    listed = sized_segments(workspace.services, workspace.account).segments
    assert {sized.recipients for sized in listed} == {2}
