"""`tamis user`: invitations, roles, and links to a new password, handed over or sent."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyotp
import pytest

from tamis.actions.accounts.accounts import choose_account
from tamis.actions.services import Services
from tamis.actions.team.codes import asks_for_code, enable_codes
from tamis.actions.team.invitations import open_invitation
from tamis.actions.team.password_links import user_of_link
from tamis.actions.team.users import add_user, find_account_user
from tamis.domain.accounts.users import Role
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import Gone
from tamis.settings import Settings
from tests.cli.test_refusals import run
from tests.support import forked
from tests.support.mail_server import mail_server
from tests.support.process import TIMEOUT_SECONDS, Refused, environment, tamis

OWNER, COLLEAGUE, GUEST = "owner@example.org", "colleague@example.org", "guest@example.org"
TOKEN = re.compile(r"\?token=([\w-]+)$")


@pytest.fixture
def team(data: Path) -> Path:
    """The owner's account with a colleague, who edits."""
    services = Services(Settings(data))
    account = choose_account(services.records.reader(), None)
    address = parse_email(COLLEAGUE)
    assert address
    services.write(add_user, account, address, Role.EDITOR)
    services.close()
    return data


def roles(data: Path) -> dict[str, str]:
    return {user["email"]: user["role"] for user in tamis(data, "user", "list")["users"]}


def token_of(link: str) -> str:
    found = TOKEN.search(link)
    assert found, link
    return found[1]


def read(data: Path, action: Any, token: str) -> Any:
    """Read what a link opens."""
    services = Services(Settings(data))
    try:
        return action(services.records.reader(), datetime.now(UTC), token)
    finally:
        services.close()


def test_somebody_is_invited_with_a_link(team: Path) -> None:
    made = tamis(team, "user", "invite", GUEST, "--role", "admin")
    assert (made["email"], made["role"], made["sent"]) == (GUEST, "admin", False)
    assert made["link"].startswith("http://127.0.0.1:8000/invitation?token=")
    opened = read(team, open_invitation, token_of(made["link"]))
    assert (opened.invitation.email, opened.invitation.role, opened.takes_sign_in) == (GUEST, Role.ADMIN, False)
    (waiting,) = tamis(team, "user", "list")["invitations"]
    assert waiting == {"email": GUEST, "role": "admin", "expires_at": made["expires_at"]}
    shown = run(team, "user", "list").stdout
    for name, role in ((OWNER, "owner"), (COLLEAGUE, "editor"), (GUEST, "admin")):
        assert re.search(rf"{name} .*{role}", shown), shown
    again = run(team, "user", "invite", GUEST)
    assert f"{GUEST} is invited with the role viewer" in again.stdout
    assert "Send it to them:" in again.stdout
    with pytest.raises(Gone):
        read(team, open_invitation, token_of(made["link"]))


def test_an_invitation_is_withdrawn(team: Path) -> None:
    made = tamis(team, "user", "invite", GUEST)
    assert f"The invitation of {GUEST} is withdrawn." in run(team, "user", "remove", GUEST).stdout
    assert tamis(team, "user", "list")["invitations"] == []
    with pytest.raises(Gone):
        read(team, open_invitation, token_of(made["link"]))


def test_roles_change_and_users_are_removed(team: Path) -> None:
    assert roles(team) == {OWNER: "owner", COLLEAGUE: "editor"}
    assert tamis(team, "user", "role", COLLEAGUE, "owner") == {"email": COLLEAGUE, "role": "owner"}
    assert roles(team) == {OWNER: "owner", COLLEAGUE: "owner"}
    assert tamis(team, "user", "remove", OWNER) == {"email": OWNER, "removed": True}
    assert roles(team) == {COLLEAGUE: "owner"}
    for arguments in (["role", COLLEAGUE, "viewer"], ["remove", COLLEAGUE]):
        with pytest.raises(Refused, match="is the only owner of the account"):
            tamis(team, "user", *arguments)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["role", GUEST, "viewer"], f"no user of this account has the email {GUEST}"),
        (["remove", GUEST], f"no user of this account has the email {GUEST}"),
        (["reset", GUEST], f"no user of this account has the email {GUEST}"),
        (["reset", COLLEAGUE, "--codes"], "two-step sign-in is not on"),
        (["invite", COLLEAGUE], f"{COLLEAGUE} is a user of this account already"),
        (["invite", "nobody"], "nobody"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(team: Path, arguments: list[str], reason: str) -> None:
    with pytest.raises(Refused) as refused:
        tamis(team, "user", *arguments)
    assert refused.value.args[0] == 1
    assert reason in refused.value.args[1]
    assert roles(team) == {OWNER: "owner", COLLEAGUE: "editor"}
    assert tamis(team, "user", "list")["invitations"] == []


def test_a_new_password_is_set_with_a_link_and_codes_are_turned_off(team: Path) -> None:
    services, secret = Services(Settings(team)), pyotp.random_base32()
    account = choose_account(services.records.reader(), None)
    colleague = find_account_user(services.records.reader(), account, COLLEAGUE).user
    services.write(enable_codes, colleague, secret, pyotp.TOTP(secret).at(services.clock()), None)
    services.close()
    assert "yes" in run(team, "user", "list").stdout

    made = tamis(team, "user", "reset", COLLEAGUE)
    assert (made["email"], made["codes_disabled"], made["sent"]) == (COLLEAGUE, False, False)
    assert made["link"].startswith("http://127.0.0.1:8000/password?token=")
    assert read(team, user_of_link, token_of(made["link"])).email == COLLEAGUE
    assert tamis(team, "user", "reset", COLLEAGUE, "--codes")["codes_disabled"] is True
    services = Services(Settings(team))
    assert not asks_for_code(services.records.reader(), colleague)
    services.close()


def with_mail(data: Path, server: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command with a mail server."""
    settings = {
        "TAMIS_SMTP_HOST": server,
        "TAMIS_SMTP_SECURITY": "none",
        "TAMIS_MAIL_FROM": "Tamis <tamis@example.org>",
        "TAMIS_PUBLIC_URL": "https://tamis.example.org",
    }
    command = [sys.executable, "-m", "tamis", *arguments, "--data", str(data), "--json"]
    return forked.run_text(command, environment(settings), timeout=TIMEOUT_SECONDS)


def test_links_are_sent_where_a_mail_server_is_set_up(team: Path) -> None:
    with mail_server() as box:
        for arguments, to in ((["invite", GUEST], GUEST), (["reset", COLLEAGUE], COLLEAGUE)):
            made = json.loads(with_mail(team, box.address, "user", *arguments).stdout)
            assert made["sent"] is True
            assert box.messages[-1]["to"] == to
            assert box.link() == made["link"]
            assert made["link"].startswith("https://tamis.example.org/")


def test_a_link_that_was_not_sent_is_printed(team: Path) -> None:
    with mail_server() as box:
        gone = box.address
    done = with_mail(team, gone, "user", "invite", GUEST)
    assert done.returncode == 0
    assert "the mail server did not accept the email" in done.stderr
    made = json.loads(done.stdout)
    assert made["sent"] is False
    assert read(team, open_invitation, token_of(made["link"])).invitation.email == GUEST
