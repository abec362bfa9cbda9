"""A team: invitations, links to passwords, several accounts of a user, and e-mails."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from litestar.testing import TestClient

from tamis.actions.accounts.accounts import choose_account
from tamis.actions.services import Services
from tamis.actions.team.invitations import accept_as_user, accept_with_password, invite
from tamis.actions.team.users import find_account_user, list_users
from tamis.domain.accounts.users import Role
from tamis.domain.errors import Gone, Refused
from tamis.settings import Settings
from tamis.web.app import application
from tests.console.test_passwords import Browser
from tests.support import in_process
from tests.support.console import PASSWORD, Visitor, add_console_user, new_console_account, text_of
from tests.support.mail_server import Mailbox, mail_server
from tests.support.process import Server
from tests.support.users import fresh_address

LINK = re.compile(r"https?://[^\s<\"]+/(?:invitation|password)\?token=[\w-]+")
NEW = "oats and barley 77"


@pytest.fixture
def owner(server: Server) -> tuple[str, Visitor]:
    """The owner of an account of its own, signed in."""
    email = fresh_address("chief")
    new_console_account(server.data, server.address, email)
    visitor = Visitor(server.address)
    visitor.sign_in(email)
    return email, visitor


def path_of(link: str) -> str:
    """Return path and query of a link."""
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}"


def token_of(link: str) -> str:
    return link.partition("token=")[2]


def run(data: Path, *arguments: str) -> dict[str, object]:
    done = in_process.run_text([*arguments, "--data", str(data), "--json"])
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_who_is_invited_accepts_with_a_password_and_has_the_role(
    server: Server, owner: tuple[str, Visitor], guest: Visitor
) -> None:
    _, chief = owner
    email = fresh_address("new")
    page = chief.post("/account/team/invite", {"email": email, "role": "editor"})
    assert page.status_code == 200
    (link,) = set(LINK.findall(page.text))
    assert link.startswith(server.address)
    assert link not in chief.get("/account/team").text  # it is shown once
    seen = guest.get(path_of(link))
    assert email in seen.text
    assert guest.get(path_of(link)).status_code == 200  # looking changes nothing
    short = guest.post("/invitation", {"token": token_of(link), "new": "short", "again": "short"})
    assert "at least 10 characters" in text_of(short.text)
    accepted = guest.post("/invitation", {"token": token_of(link), "new": NEW, "again": NEW})
    assert (accepted.status_code, accepted.headers["location"]) == (303, "/segments")
    assert guest.get("/segments").status_code == 200
    assert guest.get("/account/activity").status_code == 403
    assert guest.post("/types", {"name": "Made by an editor"}).status_code == 303
    again = Visitor(server.address)
    assert "does not work any more" in again.get(path_of(link)).text
    assert again.sign_in(email, NEW).status_code == 303


def test_a_user_of_another_account_accepts_by_signing_in_and_switches(
    server: Server, owner: tuple[str, Visitor]
) -> None:
    owner_email, _ = owner
    email = fresh_address("both")
    new_console_account(server.data, server.address, email)
    link = str(run(server.data, "user", "invite", email, "--role", "viewer", "--account", owner_email)["link"])
    both = Visitor(server.address)
    both.get(path_of(link))
    refused = both.post("/invitation", {"token": token_of(link), "new": NEW, "again": NEW})
    assert "You have a Tamis password already" in text_of(refused.text)  # the link alone takes over no user
    other = Visitor(server.address)
    other.sign_in(owner_email)
    assert "Sign out first" in text_of(other.get(path_of(link)).text)
    both.sign_in(email)
    both.get(path_of(link))
    assert both.post("/invitation", {"token": token_of(link)}).headers["location"] == "/segments"
    both.get("/account")
    assert owner_email in both.get("/segments").text
    assert both.post("/types", {"name": "Refused"}).status_code == 403
    stale = both.csrf
    found = re.findall(r'name="account_id" value="(\d+)"', both.get("/account/switch").text)
    assert both.post("/account/switch", {"account_id": found[0]}).status_code == 303
    assert both.post("/types", {"name": "Late", "csrf": stale}).status_code == 403  # of a page of the other account
    both.get("/account")
    assert both.post("/types", {"name": "Mine"}).status_code == 303
    assert both.post("/account/switch", {"account_id": "1"}).status_code == 404


def test_admins_invite_no_owners_and_a_removed_user_is_out_at_once(server: Server, owner: tuple[str, Visitor]) -> None:
    owner_email, chief = owner
    email = fresh_address("admin")
    add_console_user(server.data, owner_email, email, Role.ADMIN)
    admin = Visitor(server.address)
    admin.sign_in(email)
    refused = admin.post("/account/team/invite", {"email": fresh_address(), "role": "owner"})
    assert "requires the role owner" in text_of(refused.text)
    team = chief.get("/account/team")
    ids = re.findall(r'name="user_id" value="(\d+)"', team.text)
    owner_id = re.findall(r'name="user_id" value="(\d+)"', admin.get("/account/team").text)
    assert ids
    assert chief.post("/account/team/remove", {"user_id": ids[0]}).status_code == 303
    assert admin.get("/segments").headers["location"].startswith("/sign-in")
    assert set(owner_id) == set(ids)  # the owner's role cannot be changed by an admin: only the admin's own is offered


def test_invitations_expire_are_replaced_and_withdrawn(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_console_account(data, "", "owner@example.org")
    services = Services(Settings(data))
    try:
        db = services.records.reader()
        account = choose_account(db, None)
        _, first = services.write(invite, account, "New@Example.org", Role.VIEWER)
        _, second = services.write(invite, account, "new@example.org", Role.EDITOR)
        with pytest.raises(Gone):
            services.write(accept_with_password, first, "a hash", "")
        now = services.clock()
        services.clock = lambda: now + timedelta(days=7, seconds=1)
        with pytest.raises(Gone):
            services.write(accept_with_password, second, "a hash", "")
        services.clock = lambda: now
        services.write(accept_with_password, second, "a hash", "")
        assert [(one.user.email, one.role) for one in list_users(db, account)] == [
            ("owner@example.org", Role.OWNER),
            ("new@example.org", Role.EDITOR),
        ]
        user = find_account_user(db, account, "new@example.org").user
        _, third = services.write(invite, account, "else@example.org", Role.VIEWER)
        with pytest.raises(Refused, match="sign in as that user"):
            services.write(accept_as_user, third, user)
        run(data, "user", "remove", "else@example.org")
        with pytest.raises(Gone):
            services.write(accept_with_password, third, "a hash", "")
    finally:
        services.close()


def test_commands_manage_users_and_an_account_can_be_signed_in_to_at_once(server: Server, guest: Visitor) -> None:
    email = fresh_address("fresh")
    made = run(server.data, "account", "create", "--email", email)
    link = str(made["password_link"])
    assert link.startswith(f"{server.address}/password?token=")
    guest.get(path_of(link))
    guest.post("/password", {"token": token_of(link), "new": NEW, "again": NEW})
    assert guest.get(path_of(link)).status_code == 410
    assert guest.sign_in(email, NEW).status_code == 303
    invited = fresh_address("helper")
    run(server.data, "user", "invite", invited, "--account", email)
    listed = run(server.data, "user", "list", "--account", email)
    assert [one["role"] for one in listed["users"]] == ["owner"]  # type: ignore[attr-defined]
    assert [one["email"] for one in listed["invitations"]] == [invited]  # type: ignore[attr-defined]
    reset = str(run(server.data, "user", "reset", email, "--account", email)["link"])
    other = Visitor(server.address)
    other.get(path_of(reset))
    other.post("/password", {"token": token_of(reset), "new": PASSWORD, "again": PASSWORD})
    assert guest.get("/segments").status_code == 303  # all sessions have ended
    assert other.sign_in(email).status_code == 303
    done = in_process.run_text(["user", "remove", email, "--account", email, "--data", str(server.data)])
    assert (done.returncode, "is the only owner" in done.stderr) == (1, True)
    done = in_process.run_text(["account", "create", "--email", invited, "--data", str(server.data)])
    assert done.returncode == 0  # who is only invited is no user yet


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def browser(tmp_path: Path, mailbox: Mailbox) -> Iterator[Browser]:
    """A browser of a server that can send e-mails."""
    data = tmp_path / "data"
    new_console_account(data, "", "owner@example.org")
    (tmp_path / "secret").write_text("mail secret\n")
    settings = replace(
        Settings(data),
        public_url="https://tamis.example.org",
        smtp_host=mailbox.address,
        smtp_security="none",
        smtp_user="tamis",
        smtp_password_file=tmp_path / "secret",
        mail_from="Tamis <tamis@example.org>",
    )
    services = Services(settings)
    with TestClient(application(services, "")) as http:
        yield Browser(http)
    services.close()


def test_invitations_and_password_links_are_sent_where_a_mail_server_is_set_up(
    browser: Browser, mailbox: Mailbox
) -> None:
    browser.sign_in("owner@example.org")
    page = browser.post("/account/team/invite", email="new@example.org", role="viewer")
    assert "The link was sent by email" in text_of(page.text)
    assert mailbox.messages[-1]["to"] == "new@example.org"
    assert mailbox.link().startswith("https://tamis.example.org/invitation?token=")
    assert base64.b64decode(mailbox.login) == b"\0tamis\0mail secret"
    browser.post("/sign-out")
    mailbox.has_arrived.clear()
    browser.ask("GET", "/forgot")
    answers = [browser.post("/forgot", email=email) for email in ("nobody@example.org", "Owner@Example.org")]
    assert answers[0].text == answers[1].text
    assert mailbox.has_arrived.wait(60)
    assert mailbox.messages[-1]["to"] == "owner@example.org"
    link = mailbox.link()
    browser.ask("GET", path_of(link))
    assert browser.post("/password", token=token_of(link), new=NEW, again=NEW).status_code == 303
    assert browser.sign_in("owner@example.org", NEW) == 303


def test_a_link_is_handed_over_if_the_mail_server_does_not_answer(tmp_path: Path) -> None:
    new_console_account(tmp_path / "data", "", "owner@example.org")
    unreachable = {"TAMIS_SMTP_HOST": "127.0.0.1:1", "TAMIS_MAIL_FROM": "tamis@example.org"}
    settings = Settings.from_environment(
        tmp_path / "data", {**unreachable, "TAMIS_PUBLIC_URL": "https://tamis.example.org/"}
    )
    services = Services(settings)
    with TestClient(application(services, "")) as http:
        browser = Browser(http)
        browser.sign_in("owner@example.org")
        page = browser.post("/account/team/invite", email="new@example.org", role="viewer")
    services.close()
    assert "The mail server did not accept the email" in text_of(page.text)
    assert "https://tamis.example.org/invitation?token=" in page.text


def test_sessions_are_listed_with_device_and_address_and_ended_one_by_one(
    server: Server, owner: tuple[str, Visitor]
) -> None:
    email, chief = owner
    found = [Visitor(server.address) for _ in range(2)]
    for visitor, agent in zip(
        found, ("X11; Linux x86_64; rv:140.0) Firefox/140.0", "iPhone) Safari/604.1"), strict=True
    ):
        visitor.http.headers["user-agent"] = f"Mozilla/5.0 ({agent}"
        visitor.sign_in(email)
    page = chief.get("/account").text
    assert "Firefox on Linux, signed in" in text_of(page)
    assert "from 127.0.0.1, last active" in text_of(page)
    (phone,) = re.findall(r'name="session" value="(\w+)"><button[^>]*>Sign out<span[^>]*> Safari on iPhone', page)
    stranger = Visitor(server.address)
    stranger.sign_in(new_console_account(server.data, server.address, fresh_address()).email)
    stranger.post("/account/sessions/end-one", {"session": phone})
    assert found[1].get("/segments").status_code == 200  # another user's sessions cannot be ended
    assert chief.post("/account/sessions/end-one", {"session": phone}).status_code == 303
    assert [visitor.get("/segments").status_code for visitor in found] == [200, 303]
    chief.post("/account/sessions/end")
    assert found[0].get("/segments").status_code == 303
