"""Deleting an account: nothing of it can be reached, nothing is left in the files, and others keep what they have."""

import re
from pathlib import Path

import pytest

from tamis.actions.accounts import deletion
from tamis.actions.accounts.accounts import choose_account, create_account
from tamis.actions.accounts.deletion import close_account, erase_account, list_deleted_accounts
from tamis.actions.accounts.keys import create_key_pair
from tamis.actions.accounts.sessions import find_session, open_session
from tamis.actions.consent.suppressions import suppress
from tamis.actions.maintenance.doctor.run import verify_all
from tamis.actions.maintenance.erasure import erase
from tamis.actions.maintenance.retention import Retention
from tamis.actions.segments.segments import segment_sizes
from tamis.actions.services import Services
from tamis.actions.team.users import add_user
from tamis.cli.client.local_client import run_call
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.actors import Actor, ActorKind
from tamis.domain.accounts.users import Role, User
from tamis.domain.consent.suppressions import SuppressionReason
from tamis.domain.errors import NotFound, Refused
from tamis.records.accounts import accounts
from tamis.records.engine.sqlite.database import connect
from tamis.records.segments import segments
from tamis.records.team import users
from tests.erasure.traceable_people import traces
from tests.history.history_model import email
from tests.support.full_account import create_full_account

WORD = "quixotically"
KEPT = {"accounts": 1, "audit_log": 1, "contact_types": 1, "segments": 3}
"""How many rows stay of the account with everything: ids, and who deleted it."""
WITH_CONTACTS_OR_SEGMENTS = {
    "fields", "contacts", "segment_versions", "inclusions", "contact_exclusions", "email_exclusions", "event_names",
    "event_properties", "events", "event_runs", "event_blocks", "event_filters", "event_removals", "webhook_deliveries",
    "webhooks", "providers", "provider_activity", "suppressing_reports", "account_users", "change_log",
    "projection_clocks", "membership_snapshots", "member_lists",
    "daily_sizes", "subscriptions", "segments", "contact_types", "accounts", "recovery_codes", "password_links",
}  # fmt: skip
"""Tables whose rows go, or are known to stay, with contacts, types, segments, webhooks, providers and users."""


@pytest.fixture
def account(services: Services) -> Account:
    return services.write(create_account, "owner@example.org", "Asia/Dhaka", "grain by grain 42")[0]


def fill(services: Services, account: Account, word: str) -> User:
    """Give an account one of everything, and return its owner."""
    create_full_account(services.settings.data, account.email, word)
    services.write(suppress, account, [email(f"{word}@example.org")], SuppressionReason.MANUAL, "console")
    owner = services.write(add_user, account, email(f"{word}.colleague@example.org"), Role.OWNER)
    services.write(open_session, owner)
    services.project()
    return owner


def delete(services: Services, account: Account, user: User | None = None) -> None:
    actor = Actor(ActorKind.PERSON, str(user.id), user.email) if user else Actor(ActorKind.COMMAND, "ann", "ann")
    services.acting_as(actor).write(close_account, account)
    erase_account(services, account.id)


def rows_of(services: Services, account_id: int) -> dict[str, int]:
    """Count the rows that say which account they are of, by table."""
    db = connect(services.settings.data / "tamis.sqlite")
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    with_account = [t for t in tables if any(c[1] == "account_id" for c in db.execute(f"PRAGMA table_info({t})"))]
    found = {
        t: next(db.execute(f"SELECT count(*) FROM {t} WHERE account_id = ?", (account_id,)))[0] for t in with_account
    }
    found["accounts"] = next(db.execute("SELECT count(*) FROM accounts WHERE id = ?", (account_id,)))[0]
    db.close()
    return {table: count for table, count in found.items() if count}


def test_nothing_is_left_but_ids_and_who_deleted_it(services: Services, account: Account) -> None:
    fill(services, account, WORD)
    assert "tamis.sqlite-wal" in traces(services.settings.data, {WORD})

    delete(services, account)
    services.project()
    assert rows_of(services, account.id) == KEPT
    Retention(services).run_if_due()  # the history, and users without an account
    assert erase(services)
    assert traces(services.settings.data, {WORD}) == {}
    assert [f.name for place in ("uploads", "rejects") for f in (services.settings.data / place).glob("*")] == []
    (deleted,) = list_deleted_accounts(services.records.reader())
    assert (deleted.id, deleted.deleted_by) == (account.id, "ann")
    assert [check.findings for check in verify_all(services, run_call, 100) if check.wrong] == []


def test_others_keep_what_they_have(services: Services, account: Account) -> None:
    other = services.write(create_account, "other@example.org", "UTC", None)[0]
    fill(services, other, "neighbour")
    fill(services, account, WORD)
    before, sizes = rows_of(services, other.id), segment_sizes(services, other.id)
    shared = services.write(add_user, account, email("other@example.org"), Role.VIEWER)

    delete(services, account)

    assert rows_of(services, other.id) == before
    assert segment_sizes(services, other.id) == sizes
    assert users.account_ids(services.records.reader(), shared.id) == [other.id]
    with pytest.raises(Refused, match=r"other@example\.org"):
        services.write(create_account, "other@example.org", "UTC", None)
    again = services.write(create_account, account.email, "UTC", "grain by grain 42")[0]  # its email is free
    assert again.id != account.id


def test_nobody_reaches_a_closed_account(services: Services, account: Account) -> None:
    owner = fill(services, account, WORD)
    token = services.write(open_session, owner)
    assert find_session(services, token)

    services.write(close_account, account)

    db = services.records.reader()
    assert find_session(services, token) is None
    assert users.password_hash(db, owner.id) is None
    assert accounts.account_by_id(db, account.id) is None
    assert segments.live_of_account(db, account.id) == []
    with pytest.raises(NotFound):
        choose_account(db, account.email)
    with pytest.raises(NotFound):
        services.write(close_account, account)
    services.write(create_key_pair, account)  # by a request that had begun
    Retention(services).run_if_due()
    assert rows_of(services, account.id) == KEPT


@pytest.mark.parametrize("role", [Role.ADMIN, Role.EDITOR, Role.VIEWER])
def test_only_an_owner_may(services: Services, account: Account, role: Role) -> None:
    user = services.write(add_user, account, email("ann@example.org"), role)

    with pytest.raises(Refused):
        delete(services, account, user)
    assert choose_account(services.records.reader(), account.email) == account


def test_what_a_stopped_process_leaves_is_deleted_later(
    services: Services, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(services, account, WORD)
    monkeypatch.setattr(deletion, "CONTACTS_PER_STEP", 1)
    write, steps = services.write, iter(range(4))
    monkeypatch.setattr(services, "write", lambda *args: write(*args) if next(steps, None) is not None else 1 / 0)
    with pytest.raises(ZeroDivisionError):
        delete(services, account)
    monkeypatch.undo()
    assert rows_of(services, account.id) != KEPT

    Retention(services).run_if_due()

    assert rows_of(services, account.id) == KEPT


def test_each_table_is_deleted_from(services: Services) -> None:
    """Whoever adds a table says in the queries what becomes of it when its account is deleted."""
    folder = Path(deletion.__file__).parents[2] / "records" / "queries"
    named = set(re.findall(r"(?:FROM|UPDATE) (\w+)", (folder / "account_deletion.sql").read_text()))
    db = connect(services.settings.data / "tamis.sqlite")
    owned = set()
    for (table,) in list(db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")):
        columns = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
        parents = {row[2] for row in db.execute(f"PRAGMA foreign_key_list({table})")}
        if parents or columns & {"account_id", "contact_type_id", "segment_id", "contact_id", "user_id"}:
            owned.add(table)
    db.close()
    assert owned - named - WITH_CONTACTS_OR_SEGMENTS == set()
