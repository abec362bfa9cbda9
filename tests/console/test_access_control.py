"""§ Nothing leaks, on every route: strangers, guests, forged forms, and colleagues, who see the same."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import requests

from tamis.actions.accounts.accounts import choose_account
from tamis.actions.services import Services
from tamis.records.engine.sql import each, fetch
from tamis.settings import Settings
from tests.support.console import Visitor
from tests.support.console_routes import VOLATILE, Route, private_routes
from tests.support.full_account import NOWHERE, FullAccount, create_full_account
from tests.support.process import Server
from tests.support.users import Person

WORD = "Owner-only"
LATER = {"/imports/uploads/{upload_id}/rejects"}
"""What is there only after something was done that `FullAccount` has not."""
OF_THE_SERVER = (
    "sessions", "projection", "membership_", "member_lists", "daily_sizes", "webhook_", "skipped_", "signing_keys",
)  # fmt: skip
"""How the tables begin that the server writes by itself, at any time: it projects, delivers to webhooks, and rotates
keys."""
PROGRESS = {
    "store": {"commits"},
    "segment_versions": {"size_before", "size_after"},
    "webhooks": {
        "position", "message_id", "message_last", "failing_since", "failures", "next_attempt_at", "deliveries",
        "revision", "updated_at",
    },
}  # fmt: skip
"""The columns of other tables that it writes by itself."""
JSON_ROUTES = ("/segments/preview", "/segments/values")


@pytest.fixture(scope="module")
def full_account(server: Server, owner: Person) -> FullAccount:
    return create_full_account(server.data, owner.email, WORD)


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[Route]:
    found = private_routes(tmp_path_factory.mktemp("routes") / "data")
    assert len(found) > 40
    return found


def request_route(route: Route, visitor: Visitor, ids: Mapping[str, str], csrf: str | None = None) -> requests.Response:
    """Go to a route with every way of naming the same things: in the path, as query, as form or as JSON."""
    token = visitor.csrf if csrf is None else csrf
    short = {name.removesuffix("_id"): id_ for name, id_ in ids.items()}
    path = route.at(ids)
    if route.method == "GET":
        query = {"type": ids["type_id"], "segment": ids["segment_id"], "a": ids["segment_id"]}
        return visitor.get(path, params={**query, "import": ids["import_id"], "upload": ids["upload_id"]})
    if route.path in JSON_ROUTES:
        question = {"type": int(ids["type_id"]), "field": int(ids["field_id"]), "client_id": "b", "number": 1}
        headers = {"content-type": "application/json", "x-csrf-token": token}
        return visitor.http.post(
            visitor.address + path, data=json.dumps(question), headers=headers, allow_redirects=False, timeout=60
        )
    form = {**ids, **short, "csrf": token, "name": "Another name", "draft": "null"}
    query = {"type": ids["type_id"]}
    if route.method == "POST":
        return visitor.post(path, form, params=query)
    return visitor.http.request(
        route.method, visitor.address + path, headers={"x-csrf-token": token}, allow_redirects=False, timeout=60
    )


def records_of(server: Server, *, without: int = 0) -> dict[str, list[Any]]:
    """Return all that people have stored, but for what has the account `without` written in it."""
    found = {}
    services = Services(Settings(server.data))
    db = services.records.reader()
    types = {type_id for (type_id,) in each(db, "SELECT id FROM contact_types WHERE account_id = ?", (without,))}
    for (table,) in list(each(db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")):
        if not table.startswith(("sqlite_", *OF_THE_SERVER)):
            columns = [name for (name,) in fetch(db, "SELECT name FROM pragma_table_info(?)", (table,))]
            columns = [name for name in columns if name not in PROGRESS.get(table, ())]
            rows = fetch(db, f'SELECT {", ".join(columns)} FROM "{table}"')
            if "account_id" in columns:
                rows = [row for row in rows if row[columns.index("account_id")] != without]
            elif table == "accounts":
                rows = [row for row in rows if row[columns.index("id")] != without]
            elif "contact_type_id" in columns:
                rows = [row for row in rows if row[columns.index("contact_type_id")] not in types]
            found[table] = rows
    services.close()
    return found


def test_owner_and_colleague_see_the_same_pages(
    routes: list[Route], console: Visitor, colleague: Visitor, full_account: FullAccount
) -> None:
    for route in routes:
        if route.method == "GET":
            mine, theirs = (request_route(route, visitor, full_account.ids) for visitor in (console, colleague))
            assert mine.status_code in (200, 302, 303) or route.path in LATER, route
            assert theirs.status_code == mine.status_code, route
            if route.path != "/account":  # which tells one's own session from the others
                assert VOLATILE.sub(b"", theirs.content) == VOLATILE.sub(b"", mine.content), route


def test_resources_of_another_account_look_like_missing_ones(
    routes: list[Route], stranger: Visitor, full_account: FullAccount, server: Server
) -> None:
    services = Services(Settings(server.data))
    strange = choose_account(services.records.reader(), "stranger@example.net").id
    services.close()
    before = records_of(server, without=strange)
    for route in routes:
        there = request_route(route, stranger, full_account.ids)
        assert there.status_code == 404 or not route.has_ids, route
        assert there.status_code < 500, route
        assert WORD.encode() not in there.content, route
        if route.has_ids or route.method == "GET":
            nowhere = request_route(route, stranger, NOWHERE)
            assert nowhere.status_code == there.status_code, route
            assert VOLATILE.sub(b"", nowhere.content) == VOLATILE.sub(b"", there.content), route
            assert nowhere.headers.get("location") == there.headers.get("location"), route
    assert records_of(server, without=strange) == before


def test_guests_are_redirected_to_the_sign_in(routes: list[Route], guest: Visitor, full_account: FullAccount) -> None:
    guest.get("/sign-in")
    for route in routes:
        answer = request_route(route, guest, full_account.ids)
        assert answer.status_code == 303, route
        assert answer.headers["location"].startswith("/sign-in"), route
        assert WORD.encode() not in answer.content, route
    guest.http.headers["hx-request"] = "true"
    for route in routes:
        answer = request_route(route, guest, full_account.ids)
        assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in"), route


def test_forged_forms_change_nothing(
    routes: list[Route], console: Visitor, full_account: FullAccount, server: Server
) -> None:
    before = records_of(server)
    for route in routes:
        if route.method != "GET":
            for csrf in ("", "0" * 64, "é"):
                assert request_route(route, console, full_account.ids, csrf).status_code == 403, route
    assert records_of(server) == before
