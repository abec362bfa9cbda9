"""The audit log: from where, searched, without emails in its rows, and kept for as long as a setting says."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tamis.actions.accounts.accounts import choose_account
from tamis.actions.audit import delete_expired_entries, list_entries
from tamis.actions.fields.types import create_type
from tamis.actions.segments.recovery.versions import list_versions
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.actions.team.users import find_account_user, list_users, remove_user
from tamis.domain.accounts.audit import AuditAction, AuditFilter
from tamis.domain.accounts.users import Role
from tamis.records.engine.sql import fetch
from tamis.settings import Settings
from tests.support.console import Visitor, add_console_user, new_console_account, text_of
from tests.support.process import Server
from tests.support.users import Person, fresh_address


@pytest.fixture(scope="module")
def busy(server: Server) -> tuple[Person, Visitor]:
    """An owner who has done a few things in an account."""
    person = new_console_account(server.data, server.address, fresh_address("busy"))
    visitor = Visitor(server.address)
    visitor.sign_in(person.email)
    for name in ("Größe", "Customers"):
        visitor.post("/types", {"name": name})
    visitor.post("/account/timezone", {"timezone": "Europe/Berlin"})
    person.http.post(
        f"{server.address}/v1/contact-types", json={"name": "By a program"}, headers=person.keys, timeout=60
    )
    visitor.get("/account")  # the notices of these changes are shown here, and not in a test
    return person, visitor


def test_entries_say_from_where_and_what_was_before(busy: tuple[Person, Visitor]) -> None:
    person, visitor = busy
    shown = text_of(visitor.get("/account/activity").text)
    assert f"{person.email} console, 127.0.0.1" in shown
    assert "program, 127.0.0.1" in shown
    assert "time zone: UTC → Europe/Berlin" in shown
    answer = person.http.get(
        person.base.replace("/api/", "/v1/audit"),
        params={"subject_kind": "contact_type"},
        headers=person.keys,
        timeout=60,
    ).json()["data"]
    assert [entry["subject"]["name"] for entry in answer] == ["By a program", "Customers", "Größe"]
    assert {entry["actor"]["address"] for entry in answer} == {"127.0.0.1"}


def test_the_log_is_searched_in_the_console_over_the_api_and_by_command(busy: tuple[Person, Visitor]) -> None:
    person, visitor = busy
    found = text_of(visitor.get("/account/activity?q=GR%C3%96SSE").text)
    assert "Größe" in found
    assert "Customers" not in found
    assert "Nothing found." in visitor.get("/account/activity?q=nowhere").text
    assert "Nothing found." in visitor.get("/account/activity?until=2020-01-01").text
    assert "Europe/Berlin" not in visitor.get("/account/activity?action=contact_type.created&since=2020-01-01").text
    by_program = person.tamis("audit", "list", "--actor", person.public_key)["entries"]
    assert [entry["subject"]["name"] for entry in by_program] == ["By a program"]
    by_text = person.tamis("audit", "list", "--text", "customers", "--subject", "contact_type")["entries"]
    assert [entry["subject"]["name"] for entry in by_text] == ["Customers"]
    answer = person.http.get(
        person.base.replace("/api/", "/v1/audit"), params={"text": "customers"}, headers=person.keys, timeout=60
    ).json()["data"]
    assert [entry["subject"]["name"] for entry in answer] == ["Customers"]


def test_rows_have_no_emails_and_go_after_their_time_with_users_nobody_names(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_console_account(data, "", "owner@example.org")
    add_console_user(data, "owner@example.org", "gone@example.org", Role.EDITOR)
    services = Services(replace(Settings(data), audit_days=30))
    try:
        db = services.records.reader()
        account = choose_account(db, None)
        owner = list_users(db, account)[0].user
        gone = find_account_user(db, account, "gone@example.org").user
        services.acting_as(owner.actor).write(remove_user, account, gone)
        assert not any("@" in str(row) for row in fetch(db, "SELECT * FROM audit_log"))
        removed = list_entries(db, account, 1)[0]
        assert (removed.action, removed.actor.name, removed.subject.name) == (
            AuditAction.USER_REMOVED,
            "owner@example.org",
            "gone@example.org",
        )
        assert list_entries(db, account, 9, wanted=AuditFilter(text="GONE@")) != []
        delete_expired_entries(services)
        assert list_entries(db, account, 1) == [removed]
        now = services.clock()
        services.clock = lambda: now + timedelta(days=31)
        delete_expired_entries(services)
        assert list_entries(db, account, 1) == []
        assert fetch(db, "SELECT email FROM users") == [("owner@example.org",)]
    finally:
        services.close()


def test_versions_of_segments_name_their_author_without_storing_an_email(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_console_account(data, "", "owner@example.org")
    add_console_user(data, "owner@example.org", "gone@example.org", Role.EDITOR)
    services = Services(replace(Settings(data), audit_days=30))
    try:
        db = services.records.reader()
        account = choose_account(db, None)
        gone = find_account_user(db, account, "gone@example.org").user
        contact_type = services.write(create_type, account, "Customers")
        segment = services.acting_as(gone.actor).write(create_segment, account, contact_type, "All", None)
        services.write(remove_user, account, gone)
        now = services.clock()
        services.clock = lambda: now + timedelta(days=31)
        delete_expired_entries(services)
        assert not any("@" in str(row) for row in fetch(db, "SELECT * FROM segment_versions"))
        (only,) = list_versions(services, account, segment.id, 9)
        assert only.version.author
        assert only.version.author.name == "gone@example.org"
    finally:
        services.close()
