"""The change feed: complete, in order and each entry once, from any number and in pages of any size."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.changes.feed import newest_number, read_feed
from tamis.actions.changes.past_members import members_at_change
from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.maintenance.backups import make_backup, restore
from tamis.actions.maintenance.lost_writes import accept_loss
from tamis.actions.maintenance.retention import trim_history
from tamis.actions.segments.recipients import add_recipient, delete_recipient
from tamis.actions.segments.segments import SegmentEdit, delete_segment, edit_segment
from tamis.actions.services import Services
from tamis.columns.engine.files import NAME as FILE_NAME
from tamis.columns.history import batches
from tamis.domain.contacts.emails import clean_email
from tamis.domain.errors import Gone, Invalid, NotFound
from tamis.domain.segments.changes import ChangeType, FeedEntry
from tamis.domain.segments.membership_changes import Cause
from tamis.records.history.write import SKIPPED
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.stores.workspace import Workspace, new_workspace


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def space(services: Services) -> Workspace:
    made = new_workspace(services)
    made.write(ann={"country": "Peru"}, bob={"country": "India"})
    return made


def entries(
    services: Services, account_id: int, after: int = 0, segment_id: int | None = None, size: int = 1_000
) -> list[FeedEntry]:
    """Read the feed in pages, as a program does."""
    found: list[FeedEntry] = []
    while True:
        page = read_feed(services, account_id, after, segment_id, size)
        assert [entry.number for entry in page.entries] == sorted({entry.number for entry in page.entries})
        assert all(after < entry.number <= page.last for entry in page.entries)
        found += page.entries
        after = page.last
        if not page.has_more:
            return found


def shown(found: list[FeedEntry]) -> list[tuple[str, int, str | None, str]]:
    return [(entry.type.value, entry.segment_id, entry.email, entry.cause.value) for entry in found]


def test_entries_and_exits_come_in_order_with_contact_email_and_cause(space: Workspace) -> None:
    services, segment = space.services, space.segment("Peru", 'country = "Peru"')
    services.project()
    space.write(bob={"country": "Peru"}, cy={"country": "Peru"})
    services.project()
    space.write(ann={"country": "India"})
    found = entries(services, space.account.id)
    assert shown(found) == [
        ("built", segment.id, None, "first filling"),
        ("entered", segment.id, "bob@example.org", "import"),
        ("entered", segment.id, "cy@example.org", "import"),
        ("left", segment.id, "ann@example.org", "import"),
    ]
    assert [entry.contact_id for entry in found] == [None, *(space.contact(name).id for name in ("bob", "cy", "ann"))]
    assert found[0].size == 1


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_of_any_size_from_any_number_show_the_same(space: Workspace, size: int) -> None:
    services = space.services
    for name in ("Peru", "India"):
        space.segment(name, f'country = "{name}"')
        services.project()
    for country in ("India", "Peru", "India"):
        space.write(ann={"country": country}, bob={"country": country})
        services.project()
    everything = entries(services, space.account.id)
    assert len(everything) == 2 + 2 + 4 + 4
    assert entries(services, space.account.id, size=size) == everything
    for index, entry in enumerate(everything):
        assert entries(services, space.account.id, entry.number, size=size) == everything[index + 1 :]
        of_segment = [other for other in everything[index + 1 :] if other.segment_id == entry.segment_id]
        assert entries(services, space.account.id, entry.number, entry.segment_id, size) == of_segment


def test_the_last_number_lies_beyond_what_other_accounts_and_segments_have_added(space: Workspace) -> None:
    services, other = space.services, new_workspace(space.services)
    segment = space.segment("Peru", 'country = "Peru"')
    others = other.segment("Peru", 'country = "Peru"')
    services.project()
    number = read_feed(services, space.account.id, 0).last
    for _ in range(3):
        other.write(**{f"p{_}": {"country": "Peru"}})
        services.project()
    page = read_feed(services, space.account.id, number)
    assert not page.entries
    assert page.last == number + 3 == newest_number(services, space.account.id)
    assert {entry.segment_id for entry in entries(services, space.account.id)} == {segment.id}
    assert {entry.segment_id for entry in entries(services, other.account.id)} == {others.id}


def test_a_stranger_sees_nothing_of_a_segment(space: Workspace) -> None:
    services, segment = space.services, space.segment("Peru", 'country = "Peru"')
    stranger, _ = services.write(create_account, "stranger@example.org", "UTC", None)
    assert not entries(services, stranger.id)
    with pytest.raises(NotFound) as of_another:
        read_feed(services, stranger.id, 0, segment.id)
    with pytest.raises(NotFound) as of_nobody:
        read_feed(services, stranger.id, 0, 999)
    assert str(of_another.value).replace(str(segment.id), "…") == str(of_nobody.value).replace("999", "…")


def test_a_large_batch_is_read_from_its_pack(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_ROWS", 3)
    services, segment = space.services, space.segment("Peru", 'country = "Peru"')
    services.project()
    space.write(**{f"p{n}": {"country": "Peru"} for n in range(50)})
    found = entries(services, space.account.id, size=7)
    assert [entry.type.value for entry in found] == ["built"] + 50 * ["entered"]
    assert {entry.email for entry in found[1:]} == {f"p{n}@example.org" for n in range(50)}
    assert entries(services, space.account.id, segment_id=segment.id) == found


def test_an_edited_rule_tells_who_enters_and_leaves_and_a_deleted_segment_says_so(space: Workspace) -> None:
    services, segment = space.services, space.segment("One", 'country = "Peru"')
    services.project()
    services.write(edit_segment, space.account, segment.id, SegmentEdit(draft=from_text('country = "India"')))
    services.project()
    services.write(delete_segment, space.account, segment.id)
    found = entries(services, space.account.id)
    assert found[0].type is ChangeType.BUILT
    assert sorted(shown(found[1:3])) == [
        ("entered", segment.id, "bob@example.org", "rule edited"),
        ("left", segment.id, "ann@example.org", "rule edited"),
    ]
    assert shown(found[3:]) == [("deleted", segment.id, None, "deletion")]
    assert entries(services, space.account.id, segment_id=segment.id) == found


def test_a_deleted_contact_has_its_id_but_no_email_any_more(space: Workspace) -> None:
    services, segment = space.services, space.segment("Peru", 'country = "Peru"')
    ann = space.contact("ann").id
    services.project()
    services.write(delete_contact, space.account, space.type, "ann@example.org")
    last = entries(services, space.account.id)[-1]
    assert (last.type, last.segment_id, last.contact_id, last.email) == (ChangeType.LEFT, segment.id, ann, None)


def test_an_external_recipient_has_no_contact_id_until_it_is_a_contact(space: Workspace) -> None:
    services, segment = space.services, space.segment("Peru", 'country = "Peru"')
    services.project()
    address = clean_email("Guest@example.org")
    assert address
    services.write(add_recipient, space.account, segment.id, address, "Gu", "Est")
    entered = entries(services, space.account.id)[-1]
    assert (entered.email, entered.contact_id, entered.cause) == ("Guest@example.org", None, Cause.OVERRIDE)
    space.write(guest={"country": "India"})
    now = entries(services, space.account.id)[-1]
    assert now.number == entered.number
    assert now.contact_id == space.contact("guest").id
    assert entered.recipient_id
    services.write(delete_recipient, space.account, entered.recipient_id)
    left = entries(services, space.account.id)[-1]
    assert (left.type, left.recipient_id) == (ChangeType.LEFT, entered.recipient_id)


def test_numbers_that_nothing_can_have_yet_are_refused(space: Workspace) -> None:
    services = space.services
    space.segment("Peru", 'country = "Peru"')
    last = newest_number(services, space.account.id)
    assert read_feed(services, space.account.id, last).last == last
    with pytest.raises(Invalid, match="no change has the number"):
        read_feed(services, space.account.id, last + 1)


@pytest.mark.parametrize("is_deleted", [False, True], ids=["restarted", "with its projection deleted"])
def test_the_feed_is_the_same_after_a_restart(tmp_path: Path, is_deleted: bool) -> None:
    clock = Clock()
    services = Services(Settings(tmp_path / "data"), clock)
    space = new_workspace(services)
    space.segment("Peru", 'country = "Peru"')
    services.project()
    space.write(ann={"country": "Peru"}, bob={"country": "Peru"})
    services.project()
    space.write(ann={"country": "India"})
    known = entries(services, space.account.id)
    clock.now -= timedelta(days=3)  # the clock is set back
    space.write(ann={"country": "Peru"})
    services.close()
    if is_deleted:
        (tmp_path / "data" / FILE_NAME).unlink()
    with_more = Services(Settings(tmp_path / "data"), clock)
    try:
        found = entries(with_more, space.account.id)
        assert found[:-1] == known
        assert shown(found[-1:]) == [("entered", known[0].segment_id, "ann@example.org", "import")]
        assert entries(with_more, space.account.id, known[-1].number) == found[-1:]
    finally:
        with_more.close()


def test_changes_older_than_the_retention_are_refused_with_the_number_to_begin_after(tmp_path: Path) -> None:
    clock = Clock()
    services = Services(Settings(tmp_path / "data"), clock)
    try:
        space = new_workspace(services)
        segment, other = space.segment("Peru", 'country = "Peru"'), space.segment("India", 'country = "India"')
        services.project()
        space.write(ann={"country": "Peru"})
        old = newest_number(services, space.account.id)
        clock.now += timedelta(days=40)
        space.write(bob={"country": "Peru"})
        services.project()
        trim_history(services.records, services.open_columns(), clock(), 30)
        with pytest.raises(Gone) as refusal:
            read_feed(services, space.account.id, 0)
        assert refusal.value.problems[0].params["earliest"] == old
        with pytest.raises(Gone):
            read_feed(services, space.account.id, old - 1, segment.id)
        assert [entry.email for entry in entries(services, space.account.id, old)] == ["bob@example.org"]
        assert shown(entries(services, space.account.id, 0, other.id)) == [("built", other.id, None, "first filling")]
    finally:
        services.close()


def test_a_restored_backup_does_not_give_a_number_a_second_meaning(tmp_path: Path) -> None:
    services = Services(Settings(tmp_path / "data"))
    space = new_workspace(services)
    segment = space.segment("Peru", 'country = "Peru"')
    services.project()
    make_backup(services, str(tmp_path / "backup"))
    kept = newest_number(services, space.account.id)
    space.write(ann={"country": "Peru"})
    lost = newest_number(services, space.account.id)
    services.close()
    restore(tmp_path / "restored", tmp_path / "backup")
    for is_restarted in (False, True):
        services = Services(Settings(tmp_path / "restored"))
        try:
            with pytest.raises(Gone) as refusal:
                read_feed(services, space.account.id, lost)
            assert refusal.value.problems[0].params["earliest"] == kept + SKIPPED
            assert entries(services, space.account.id)[0].number == kept
            found = entries(services, space.account.id, kept)
            assert [entry.number for entry in found] == ([kept + SKIPPED + 1] if is_restarted else [])
            Workspace(services, space.account, space.type).write(bob={"country": "Peru"})
            assert shown(entries(services, space.account.id, kept + SKIPPED)) == [
                ("entered", segment.id, "bob@example.org", "import")
            ]
        finally:
            services.close()


def test_numbers_after_accepted_losses_are_new(tmp_path: Path) -> None:
    services = Services(Settings(tmp_path / "data"))
    space = new_workspace(services)
    space.segment("Peru", 'country = "Peru"')
    last = newest_number(services, space.account.id)
    services.close()
    accept_loss(Settings(tmp_path / "data"))
    services = Services(Settings(tmp_path / "data"))
    try:
        Workspace(services, space.account, space.type).write(bob={"country": "Peru"})
        assert [entry.number for entry in entries(services, space.account.id, last)] == [last + SKIPPED + 1]
    finally:
        services.close()


def test_members_as_of_a_number_and_later_entries_lead_to_the_present_members(space: Workspace) -> None:
    services, segment = space.services, space.segment("Peru", 'country = "Peru"')
    services.project()
    for name, country in (("bob", "Peru"), ("ann", "India"), ("cy", "Peru"), ("ann", "Peru"), ("bob", "India")):
        space.write(**{name: {"country": country}})
        services.project()
    for entry in entries(services, space.account.id):
        known = members_at_change(services, space.account, segment.id, entry.number)
        members = {member.email for member in known}
        for later in entries(services, space.account.id, entry.number):
            assert (later.email in members) is (later.type is ChangeType.LEFT)
            members ^= {later.email}
        assert (
            members
            == {f"{name}@example.org" for name in space.members(segment)}
            == {
                "ann@example.org",
                "cy@example.org",
            }
        )
        paged = [
            *members_at_change(services, space.account, segment.id, entry.number, 0, 1),
            *members_at_change(services, space.account, segment.id, entry.number, known[0].recipient_id),
        ]
        assert paged == known
    with pytest.raises(Gone, match="known only as of change number"):
        members_at_change(services, space.account, segment.id, 0)
    with pytest.raises(Invalid):
        members_at_change(services, space.account, segment.id, 1_000_000)
