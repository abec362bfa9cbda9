"""Texts that are not simple: compared in their folded form and shown as they were written, everywhere."""

from dataclasses import replace
from pathlib import Path

import duckdb
import msgspec
import pytest

from tamis.actions.fields.fields import delete_field
from tamis.actions.segments.members import count_members, member_page
from tamis.actions.segments.previews import suggested_values
from tamis.actions.segments.recipients import add_recipient, recipient_page
from tamis.actions.segments.segments import segment_sizes
from tamis.actions.services import Services
from tamis.columns.engine.files import NAME as FILE_NAME
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import Invalid
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.fields import Kind
from tamis.records import types
from tamis.records.engine.sqlite.database import connect, migrate, migrations
from tamis.records.handles import Transaction
from tamis.records.segments import segments
from tamis.settings import Settings
from tests.stores.workspace import EVERYONE, Workspace, new_workspace

NFD_JOSE = "Jose\u0301"
NAMES = 11


@pytest.fixture
def workspace(services: Services) -> Workspace:
    made = new_workspace(services)
    made.write(
        ann={"first_name": "José", "city": "New York"},
        bob={"first_name": NFD_JOSE, "city": "New\u00a0York"},
        cem={"first_name": "Ann", "city": "NEW YORK"},
        dora={"city": "New York"},
    )
    return made


def test_members_are_found_folded_and_shown_verbatim(workspace: Workspace) -> None:
    segment = workspace.segment("All", "email is not blank")
    email = parse_email("zoe@example.org")
    assert email
    workspace.services.write(add_recipient, workspace.account, segment.id, email, NFD_JOSE, "Weiß")
    for search in ("josé", NFD_JOSE.upper(), "jos"):
        assert count_members(workspace.services, workspace.account, segment.id, search) == 3
    assert count_members(workspace.services, workspace.account, segment.id, "weiss") == 1
    assert count_members(workspace.services, workspace.account, segment.id, "jose") == 0
    rows = [
        msgspec.json.decode(row)
        for _, row in recipient_page(workspace.services, workspace.account.id, segment.id, 0, EVERYONE)
    ]
    assert [row["first_name"] for row in rows] == ["José", NFD_JOSE, "Ann", None, NFD_JOSE]
    assert [row["city"] for row in rows][:3] == ["New York", "New\u00a0York", "NEW YORK"]
    shown = member_page(workspace.services, workspace.account, segment.id, "jos", after=None, before=None, limit=10)
    assert [member.first_name for member in shown] == ["José", NFD_JOSE, NFD_JOSE]


def test_rules_over_segments_fold_names_of_added_recipients(workspace: Workspace) -> None:
    base = workspace.segment("Base", 'city is "nowhere"')
    email = parse_email("zoe@example.org")
    assert email
    workspace.services.write(add_recipient, workspace.account, base.id, email, NFD_JOSE, "Weiß")
    named = workspace.segment("Named", 'is in segment "base" and first_name is "JOSÉ" and last_name ends with "iss"')
    assert workspace.members(named) == {"zoe"}


def test_equal_values_are_suggested_once_in_their_most_common_spelling(workspace: Workspace) -> None:
    city = workspace.fields.by_key["city"]
    assert suggested_values(workspace.services, workspace.account, workspace.type.id, city.id, "new\u00a0 Y") == [
        ("New York", 4)
    ]


def test_a_deleted_field_leaves_no_original_text(workspace: Workspace) -> None:
    workspace.field("Secret", Kind.TEXT)
    workspace.write(ann={"secret": "Straße", "first_name": NFD_JOSE})
    workspace.services.project()
    segment = workspace.segment("All", f'first_name = "{NFD_JOSE}"')
    assert workspace.members(segment) == {"ann", "bob"}
    workspace.services.write(delete_field, workspace.type, "secret")
    assert workspace.members(segment) == {"ann", "bob"}
    originals = (
        workspace.services.project()
        .cursor()
        .execute(f"SELECT original_texts FROM contacts_{workspace.type.id}")
        .fetchall()
    )
    assert any(row[0] for row in originals)
    assert not any("Straße" in (row[0] or "") for row in originals)


def test_options_that_fold_alike_are_both_kept(workspace: Workspace) -> None:
    plan = workspace.field("Plan", Kind.CHOICE, "Straße")
    with pytest.raises(Invalid):
        workspace.edit("plan", add_options=["STRASSE"])
    earlier = replace(plan, options=("Straße", "Strasse"))
    workspace.services.write(lambda db, now: types.update_field(db, workspace.type.id, earlier))
    workspace.write(ann={"plan": "Strasse"}, bob={"plan": "Straße"}, cem={"plan": "STRASSE"})
    assert workspace.values("plan") == {"ann": "Strasse", "bob": "Straße", "cem": "Straße"}
    assert workspace.edit("plan", add_options=["Free"]).options == ("Straße", "Strasse", "Free")
    assert workspace.edit("plan", rename_options=[("Strasse", "Road")]).options == ("Straße", "Road", "Free")
    assert workspace.values("plan") == {"ann": "Road", "bob": "Straße", "cem": "Straße"}


def test_names_of_earlier_versions_are_folded_without_loss(tmp_path: Path) -> None:
    db = connect(tmp_path / "db")
    for number, sql in migrations():
        if number < NAMES:
            db.execute(sql).fetchall()
    db.pragma("user_version", NAMES - 1)
    db.execute("INSERT INTO accounts VALUES (1, 'a@b.org', 'a@b.org', 'UTC', NULL, 0)").fetchall()
    old = [("Strasse", "strasse"), ("Straße", "straße"), ("Cafe\u0301", "cafe\u0301"), ("ΟΔΟΣ", "οδοσ")]
    for name, key in old:
        db.execute(
            "INSERT INTO contact_types (account_id, name, name_key, created_at) VALUES (1, ?, ?, 0)", (name, key)
        ).fetchall()
        db.execute(
            "INSERT INTO segments (account_id, contact_type_id, name, name_key, rule, created_at, updated_at) "
            "VALUES (1, 1, ?, ?, 'null', 0, 0)",
            (name, key),
        ).fetchall()
    migrate(db)
    records = Transaction(db)
    for find in (types.type_by_name, segments.live_by_name):
        for requested, name in (
            ("strasse", "Strasse"),
            ("Straße", "Straße"),
            ("STRAẞE", "Strasse"),
            ("CAFÉ", "Cafe\u0301"),
            ("οδος", "ΟΔΟΣ"),
        ):
            found = find(records, 1, requested)
            assert found is not None
            assert found.name == name
    street = segments.live_by_name(records, 1, "Straße")
    assert street
    street = segments.update(records, street, "Straße", "null", street.updated_at)
    assert segments.live_by_name(records, 1, "Straße") == street


@pytest.mark.parametrize("change", ["UPDATE meta SET unicode = '1.0'", "UPDATE meta SET version = 3"])
def test_a_store_folded_by_an_earlier_version_is_rebuilt_with_its_history(tmp_path: Path, change: str) -> None:
    services = Services(Settings(tmp_path))
    workspace = new_workspace(services)
    workspace.write(ann={"city": "Straße"})
    segment = workspace.segment("Streets", 'city is "strasse"')
    assert workspace.members(segment) == {"ann"}
    services.close()
    db = duckdb.connect(str(tmp_path / FILE_NAME))
    db.execute(change)
    db.execute("UPDATE contacts_1 SET f7 = 'another', original_texts = NULL")
    db.close()
    services = Services(Settings(tmp_path))
    columns = services.project()
    assert columns.quarantined is None
    assert segment_sizes(services) == {segment.id: 1}
    causes = columns.cursor().execute("SELECT cause FROM membership_snapshots ORDER BY number").fetchall()
    assert [row[0] for row in causes] == [Cause.FIRST]
    services.close()
