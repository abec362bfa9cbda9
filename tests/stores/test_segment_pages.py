"""What is looked at of segments: the list with its week, members page by page, who came and went, manual overrides."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tamis.actions.exporting.download import segment_download
from tamis.actions.segments.explanations import explain_recipient
from tamis.actions.segments.members import SegmentStats, count_members, list_activity, member_page, segment_stats
from tamis.actions.segments.overrides import list_overrides, undo_exclusion
from tamis.actions.segments.recipients import add_recipient, delete_recipient, recipient_page
from tamis.actions.segments.segment_list import list_segments
from tamis.actions.segments.segments import create_segment, duplicate_segment
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import NotFound
from tamis.domain.files.exports import Format, OutputOptions
from tamis.domain.segments.members import ActivityEntry
from tamis.domain.segments.membership_changes import Cause, MembershipSnapshot
from tamis.domain.segments.segments import EXTERNAL_BIT, Segment, recipient_id_of_contact
from tamis.domain.values.fields import Kind
from tamis.settings import Settings
from tests.stores.workspace import EVERYONE, Workspace, new_workspace

HOSTILE = '"><script>alert(1)</script> {{ 7 * 7 }} %s \\'


@pytest.fixture
def workspace(services: Services) -> Workspace:
    made = new_workspace(services)
    made.field("Age", Kind.NUMBER)
    made.write(**{f"p{n:02}": {"age": str(n), "first_name": "Ann" if n % 2 else "Bob"} for n in range(20)})
    return made


def add(workspace: Workspace, segment: Segment, address: str, first: str = "By") -> None:
    email = parse_email(address)
    assert email
    workspace.services.write(add_recipient, workspace.account, segment.id, email, first, "Hand")


def remove(workspace: Workspace, segment: Segment, name: str) -> None:
    number = recipient_id_of_contact(segment.id, workspace.contact(name).id)
    workspace.services.write(delete_recipient, workspace.account, number)


def size_of(workspace: Workspace, segment: Segment) -> int:
    return segment_stats(workspace.services, workspace.account, segment).recipients


def stranger_of(services: Services) -> Account:
    return new_workspace(services).account


# -- members -----------------------------------------------------------------------------------------------------------


def test_member_pages_match_the_recipients_in_both_directions(workspace: Workspace) -> None:
    segment = workspace.segment("Grown", "age >= 5")
    add(workspace, segment, "p01@example.org")
    add(workspace, segment, "nobody@example.net")
    remove(workspace, segment, "p07")
    expected = [
        json.loads(d) for _, d in recipient_page(workspace.services, workspace.account.id, segment.id, 0, EVERYONE)
    ]
    pages, after = [], None
    while page := member_page(workspace.services, workspace.account, segment.id, after=after, limit=4):
        pages.append(page)
        after = page[-1].recipient_id
    found = [member for page in pages for member in page]
    assert [(m.recipient_id, m.contact_id, m.email) for m in found] == [
        (e["id"], e["contact_id"], e["email"]) for e in expected
    ]
    assert [m.email for m in found if m.is_manual] == ["p01@example.org", "nobody@example.net"]
    assert [m.first_name for m in found if m.is_manual] == ["Ann", "By"]
    for earlier, later in pairwise(pages):
        before = later[0].recipient_id
        back = member_page(workspace.services, workspace.account, segment.id, before=before, limit=4)
        assert back == earlier


def test_members_are_searched_by_all_words_in_emails_and_names(workspace: Workspace) -> None:
    segment = workspace.segment("Grown", "age >= 5")
    add(workspace, segment, "Straße@example.net", "ÅSA")
    add(workspace, segment, "p02@example.org")

    def found(search: str) -> list[str]:
        all_members, some = (
            [
                m.email.partition("@")[0]
                for m in member_page(workspace.services, workspace.account, segment.id, search, limit=limit)
            ]
            for limit in (99, 3)
        )
        assert count_members(workspace.services, workspace.account, segment.id, search) == len(all_members)
        assert all_members[:3] == some
        if all_members:
            last = member_page(workspace.services, workspace.account, segment.id, search, before=1 << 53, limit=3)
            assert [m.email.partition("@")[0] for m in last] == all_members[-3:]
        return some

    assert found("P1") == ["p10", "p11", "p12"]
    assert found("ann p1") == ["p11", "p13", "p15"]
    assert found("åsa") == found("STRA") == ["Straße"]
    assert found("straße hand") == ["Straße"]
    assert found("p02") == ["p02"]
    assert found("p01") == found("%") == found(HOSTILE) == []
    assert count_members(workspace.services, workspace.account, segment.id, "p1") == 10
    found_after = member_page(
        workspace.services, workspace.account, segment.id, "p1", after=(segment.id << 32) + 13, limit=3
    )
    assert [m.email for m in found_after] == [f"p{n}@example.org" for n in (13, 14, 15)]


def test_segment_pages_show_only_the_own_account(workspace: Workspace) -> None:
    segment, stranger = workspace.segment("Grown", "age >= 5"), stranger_of(workspace.services)
    remove(workspace, segment, "p07")
    contact_id = workspace.contact("p07").id
    db = workspace.services.records.reader()
    layout = OutputOptions(Format.CSV)
    with pytest.raises(NotFound):
        member_page(workspace.services, stranger, segment.id, limit=3)
    with pytest.raises(NotFound):
        count_members(workspace.services, stranger, segment.id, "p")
    with pytest.raises(NotFound):
        list_activity(workspace.services, stranger, segment.id, limit=3)
    with pytest.raises(NotFound):
        list_overrides(db, stranger, segment.id, 10)
    with pytest.raises(NotFound):
        workspace.services.write(undo_exclusion, stranger, segment.id, contact_id)
    with pytest.raises(NotFound):
        workspace.services.write(duplicate_segment, stranger, segment.id)
    with pytest.raises(NotFound):
        segment_download(workspace.services, stranger, segment.id, layout)
    assert list_segments(workspace.services, stranger) == []


# -- entries and exits -------------------------------------------------------------------------------------------------


def test_recent_activity_is_listed_newest_first_with_its_cause(workspace: Workspace) -> None:
    segment = workspace.segment("Grown", "age >= 15")
    assert size_of(workspace, segment) == 5
    workspace.write(p15={"age": "3"}, p01={"age": "30"})
    size_of(workspace, segment)
    remove(workspace, segment, "p16")
    add(workspace, segment, "nobody@example.net")
    found = list_activity(workspace.services, workspace.account, segment.id, limit=50)
    assert found.before is None
    reported = [
        (line.delta, line.cause, (line.email or "").partition("@")[0])
        if isinstance(line, ActivityEntry)
        else line.recipients
        for line in found.entries
    ]
    manual = {(-1, Cause.OVERRIDE, "p16"), (1, Cause.OVERRIDE, "nobody")}
    by_change = {(-1, Cause.IMPORT, "p15"), (1, Cause.IMPORT, "p01")}
    assert (set(reported[:2]), set(reported[2:4]), reported[4:]) == (manual, by_change, [5])
    pages, before = [], None
    while True:
        page = list_activity(workspace.services, workspace.account, segment.id, before=before, limit=2)
        pages += page.entries
        before = page.before
        if before is None:
            break
    assert pages == found.entries
    entries = list_activity(workspace.services, workspace.account, segment.id, delta=1, limit=50).entries
    assert entries == [line for line in found.entries if isinstance(line, ActivityEntry) and line.delta == 1]


def test_only_the_number_of_deleted_contacts_is_shown(workspace: Workspace) -> None:
    segment = workspace.segment("Grown", "age >= 15")
    size_of(workspace, segment)
    add(workspace, segment, "nobody@example.net")
    (member,) = member_page(workspace.services, workspace.account, segment.id, "nobody", limit=2)
    assert member.recipient_id & EXTERNAL_BIT
    workspace.services.write(delete_recipient, workspace.account, member.recipient_id)
    left, came, filled = list_activity(workspace.services, workspace.account, segment.id, limit=9).entries
    assert isinstance(left, ActivityEntry)
    assert isinstance(came, ActivityEntry)
    assert isinstance(filled, MembershipSnapshot)
    assert (left.delta, left.email, left.contact_id, came.recipient_id) == (-1, None, None, member.recipient_id)


# -- manual overrides
# ----------------------------------------------------------------------------------------------------


def test_an_excluded_member_is_listed_and_restored(workspace: Workspace) -> None:
    segment = workspace.segment("Grown", "age >= 15")
    remove(workspace, segment, "p16")
    remove(workspace, segment, "p17")
    db = workspace.services.records.reader()
    overrides = list_overrides(db, workspace.account, segment.id, 1)
    assert (overrides.excluded_total, [r.email for r in overrides.excluded]) == (2, ["p17@example.org"])
    assert size_of(workspace, segment) == 3
    back = workspace.services.write(undo_exclusion, workspace.account, segment.id, workspace.contact("p16").id)
    assert (back.email, back.is_in) == ("p16@example.org", True)
    assert "p16" in workspace.members(segment)
    workspace.write(p17={"age": "1"})
    assert not workspace.services.write(
        undo_exclusion, workspace.account, segment.id, workspace.contact("p17").id
    ).is_in
    assert "p17" not in workspace.members(segment)
    with pytest.raises(NotFound, match="is not excluded from"):
        workspace.services.write(undo_exclusion, workspace.account, segment.id, workspace.contact("p17").id)
    assert list_overrides(db, workspace.account, segment.id, 10).excluded == []


def test_an_added_contact_is_listed_as_the_contact_is(workspace: Workspace) -> None:
    segment = workspace.segment("Grown", "age >= 15")
    workspace.write(p01={"first_name": "Ann"})
    add(workspace, segment, "P01@EXAMPLE.org", first="By")
    add(workspace, segment, "nobody@example.net", first="By")
    listed = list_overrides(workspace.services.records.reader(), workspace.account, segment.id, 10).included
    assert [(one.email, one.first_name, one.last_name) for one in listed] == [
        ("nobody@example.net", "By", "Hand"),
        ("p01@example.org", "Ann", ""),
    ]


def test_added_recipients_are_listed_whether_contacts_or_not(workspace: Workspace) -> None:
    segment = workspace.segment("Grown", "age >= 15")
    add(workspace, segment, "p01@example.org")
    add(workspace, segment, "nobody@example.net")
    overrides = list_overrides(workspace.services.records.reader(), workspace.account, segment.id, 10)
    assert [(a.email, a.contact_id) for a in overrides.included] == [
        ("nobody@example.net", None),
        ("p01@example.org", workspace.contact("p01").id),
    ]
    assert overrides.included_total == 2
    assert segment_stats(workspace.services, workspace.account, segment) == SegmentStats(7, 7, 6, 20, None)
    for added in overrides.included:
        workspace.services.write(delete_recipient, workspace.account, added.recipient_id)
    assert size_of(workspace, segment) == 5


def test_a_recipient_is_explained_by_its_id(workspace: Workspace) -> None:
    segment, now = workspace.segment("Grown", "age >= 15"), workspace.services.clock()
    add(workspace, segment, "nobody@example.net")
    remove(workspace, segment, "p16")
    page = member_page(workspace.services, workspace.account, segment.id, limit=9)
    db, stranger = workspace.services.records.reader(), stranger_of(workspace.services)
    reported = [explain_recipient(db, now, workspace.account, member.recipient_id) for member in page]
    assert [one.email for one in reported] == [member.email for member in page]
    assert [one.because for one in reported] == ["rule"] * 4 + ["added by hand"]
    gone = recipient_id_of_contact(segment.id, workspace.contact("p16").id)
    assert explain_recipient(db, now, workspace.account, gone).because == "removed by hand"
    for account, number in (
        (stranger, gone),
        (workspace.account, gone + 999),
        (workspace.account, page[-1].recipient_id + 1),
    ):
        with pytest.raises(NotFound):
            explain_recipient(db, now, account, number)


# -- the list ----------------------------------------------------------------------------------------------------------


def test_the_list_has_description_size_and_weekly_trend(tmp_path: Path) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    services = Services(Settings(tmp_path / "data", columns_threads=2), clock=lambda: now)
    workspace = new_workspace(services)
    workspace.field("Age", Kind.NUMBER)
    workspace.write(**{f"p{n}": {"age": str(n)} for n in range(9)})
    grown = workspace.segment("Grown", "age >= 5")
    assert list_segments(services, workspace.account)[0].sizes == (None,) * 7 + (4,)
    for day in range(9):
        now += timedelta(days=1)
        workspace.write(**{f"p{day}": {"age": "9"}})
        services.project()
    young = workspace.segment("Young", "age < 5")
    newest, oldest = list_segments(services, workspace.account)
    assert (newest.segment.id, newest.change, newest.recipients) == (young.id, None, 0)
    assert oldest.sizes == (6, 7, 8, 9, 9, 9, 9, 9)
    assert (oldest.change, oldest.recipients, oldest.type_name) == (3, 9, workspace.type.name)
    assert oldest.sentence == f"{workspace.type.name} whose Age is at least 5."
    for search, expected in (
        ("GROWN", [grown]),
        ("age 5", [young, grown]),
        ("less", [young]),
        ("%", []),
        (" ", [young, grown]),
    ):
        assert [one.segment.id for one in list_segments(services, workspace.account, search)] == [
            one.id for one in expected
        ]
    services.close()


# -- duplicates and downloads ------------------------------------------------------------------------------------------


def test_a_copy_has_the_same_rule_and_a_new_name(workspace: Workspace) -> None:
    segment = workspace.segment("Grown", "age >= 15")
    remove(workspace, segment, "p16")
    copies = [workspace.services.write(duplicate_segment, workspace.account, segment.id) for _ in range(3)]
    assert [copy.name for copy in copies] == ["Copy of Grown", "Copy of Grown (2)", "Copy of Grown (3)"]
    assert workspace.members(copies[0]) == {"p15", "p16", "p17", "p18", "p19"}
    long = workspace.services.write(create_segment, workspace.account, workspace.type, "x" * 255, None)
    names = [workspace.services.write(duplicate_segment, workspace.account, long.id).name for _ in range(2)]
    assert [len(name) for name in names] == [255, 255]
    assert names[1].endswith("x (2)")


@pytest.mark.parametrize("form", Format)
def test_a_download_has_the_members_and_leaves_no_file(workspace: Workspace, form: Format) -> None:
    segment = workspace.segment("Grown", "age >= 5")
    add(workspace, segment, "nobody@example.net")
    download = segment_download(workspace.services, workspace.account, segment.id, OutputOptions(form))
    assert not list((workspace.services.settings.data / "exports").glob("*"))
    with download.file as file:
        content = file.read()
    assert (download.rows, download.bytes) == (16, len(content))
    if form is not Format.PARQUET:
        assert all(f"{name}@".encode() in content for name in workspace.members(segment))
