"""Roles hold on every route of the console, and pages do not offer what they do not allow."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tamis.actions.accounts.accounts import choose_account
from tamis.actions.services import Services
from tamis.actions.team.users import change_role, find_account_user, remove_user
from tamis.domain.accounts.users import Role
from tamis.domain.errors import Refused
from tamis.settings import Settings
from tamis.web.console.page_handlers import page_handlers
from tamis.web.console.roles import ROLE, needed_role
from tests.console.test_access_control import request_route
from tests.support.console import Visitor, add_console_user, new_console_account, text_of
from tests.support.console_routes import Route, private_routes
from tests.support.full_account import NOWHERE, FullAccount, create_full_account
from tests.support.process import Server

OWNER = "team-owner@example.org"


@pytest.fixture(scope="session")
def team(server: Server) -> dict[Role, Visitor]:
    """A user of each role, signed in."""
    new_console_account(server.data, server.address, OWNER)
    found = {}
    for role in Role:
        email = OWNER if role is Role.OWNER else f"{role}@example.org"
        if role is not Role.OWNER:
            add_console_user(server.data, OWNER, email, role)
        found[role] = Visitor(server.address)
        assert found[role].sign_in(email).status_code == 303
    return found


@pytest.fixture(scope="module")
def full(server: Server, team: dict[Role, Visitor]) -> FullAccount:
    return create_full_account(server.data, OWNER, "Team")


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[Route]:
    return private_routes(tmp_path_factory.mktemp("routes") / "data")


@pytest.fixture(scope="module")
def needed() -> Mapping[Route, Role | None]:
    """What each route declares."""
    return {
        Route(re.sub(r":\w+\}", "}", path), method): needed_role(handler.opt, method)
        for handler in page_handlers()
        for method in handler.http_methods
        for path in handler.paths
    }


def test_every_route_that_changes_something_declares_its_role() -> None:
    undeclared = [
        f"{method} {path}"
        for handler in page_handlers()
        for method in handler.http_methods - {"GET", "HEAD", "OPTIONS"}
        for path in handler.paths
        if ROLE not in handler.opt
    ]
    assert undeclared == []


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_do_what_the_routes_declare_and_nothing_else(
    role: Role, team: dict[Role, Visitor], routes: list[Route], needed: Mapping[Route, Role | None]
) -> None:
    """Nothing has these ids: what is let through finds nothing."""
    for route in routes:
        answer = request_route(route, team[role], NOWHERE)
        wanted = needed[route]
        is_refused = answer.status_code == 403 and "Your role in this account is" in answer.text
        assert is_refused == (wanted is not None and not role.includes(wanted)), (route, answer.status_code)


def test_what_is_refused_changes_nothing_and_says_why(team: dict[Role, Visitor], full: FullAccount) -> None:
    viewer, segment = team[Role.VIEWER], f"/segments/{full.ids['segment_id']}"
    answer = viewer.post(f"{segment}/rename", {"name": "Mine"})
    assert answer.status_code == 403
    assert "Your role in this account is viewer, and this requires the role editor." in text_of(answer.text)
    assert "Mine" not in viewer.get("/segments").text
    assert team[Role.EDITOR].post(f"{segment}/rename", {"name": "Ours"}).status_code in (200, 303)
    assert "Ours" in viewer.get("/segments").text


class _Controls(HTMLParser):
    """Collects where the enabled controls of a page lead."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[tuple[str, str]] = []
        self._form: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and given.get("method") == "post":
            self._form = given.get("action")
        elif tag == "fieldset" and "disabled" in given:
            self._form = None
        elif tag in ("button", "input", "select", "textarea") and "disabled" not in given:
            if self._form:
                self.targets.append(("POST", self._form))
            for name, method in (("hx-get", "GET"), ("hx-post", "POST")):
                if name in given:
                    self.targets.append((method, given[name] or ""))
        elif tag == "a" and (given.get("href") or "").startswith("/"):
            self.targets.append(("GET", given["href"] or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.ADMIN])
def test_pages_offer_only_what_the_role_allows(
    role: Role,
    team: dict[Role, Visitor],
    full: FullAccount,
    routes: list[Route],
    needed: Mapping[Route, Role | None],
) -> None:
    patterns = [
        (route.method, re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route.path))), wanted)
        for route, wanted in sorted(needed.items(), key=lambda item: item[0].has_ids)
    ]
    offered = 0
    for route in routes:
        if route.method != "GET":
            continue
        answer = request_route(route, team[role], full.ids)
        if answer.status_code != 200 or "html" not in answer.headers.get("content-type", ""):
            continue
        controls = _Controls()
        controls.feed(answer.text)
        for method, target in controls.targets:
            path = re.split("[?#]", target)[0]
            wanted = next((w for m, pattern, w in patterns if m == method and pattern.fullmatch(path)), None)
            assert wanted is None or role.includes(wanted), (route, method, path)
            offered += 1
    assert offered > 100


def test_a_removed_or_demoted_user_loses_access_at_once(server: Server, team: dict[Role, Visitor]) -> None:
    email = "leaving@example.org"
    add_console_user(server.data, OWNER, email, Role.ADMIN)
    leaving = Visitor(server.address)
    leaving.sign_in(email)
    assert leaving.get("/account/activity").status_code == 200
    services = Services(Settings(server.data))
    try:
        db = services.records.reader()
        account = choose_account(db, OWNER)
        user = find_account_user(db, account, email).user
        services.write(change_role, account, user, Role.VIEWER)
        assert leaving.get("/account/activity").status_code == 403
        assert leaving.post("/types", {"name": "Late"}).status_code == 403
        services.write(remove_user, account, user)
    finally:
        services.close()
    assert leaving.get("/segments").headers["location"].startswith("/sign-in")
    assert leaving.post("/types", {"name": "Late"}).headers["location"].startswith("/sign-in")
    assert leaving.sign_in(email).status_code == 422  # the password is gone with the last account


def test_an_account_keeps_an_owner_and_admins_leave_owners_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_console_account(data, "", OWNER)
    add_console_user(data, OWNER, "admin@example.org", Role.ADMIN)
    services = Services(Settings(data))
    try:
        db = services.records.reader()
        account = choose_account(db, OWNER)
        owner, admin = (find_account_user(db, account, email).user for email in (OWNER, "admin@example.org"))
        with pytest.raises(Refused, match="is the only owner"):
            services.write(remove_user, account, owner)
        with pytest.raises(Refused, match="is the only owner"):
            services.write(change_role, account, owner, Role.VIEWER)
        acting = services.acting_as(admin.actor)
        with pytest.raises(Refused, match="requires the role owner"):
            acting.write(change_role, account, admin, Role.OWNER)
        with pytest.raises(Refused, match="requires the role owner"):
            acting.write(remove_user, account, owner)
        services.write(change_role, account, admin, Role.OWNER)
        acting.write(remove_user, account, owner)
        with pytest.raises(Refused, match="is the only owner"):
            acting.write(remove_user, account, admin)
    finally:
        services.close()
