"""Webhooks over the API for programs."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.support.process import Server
from tests.support.programs import Program, problem_of
from tests.support.users import Person, fresh

URL = "https://shop.example.com/tamis?token=marked-url"


@pytest.fixture
def webhook(api: Program) -> Iterator[dict[str, Any]]:
    """A webhook with its secret."""
    made: dict[str, Any] = api.create("webhooks", {"url": URL, "description": "Shop"})
    yield made
    api.delete(f"webhooks/{made['id']}")


def test_a_webhook_is_created_read_changed_and_deleted(api: Program, india: int) -> None:
    answer = api.post("webhooks", {"url": f" {URL} ", "types": ["left", "left"], "segment_ids": [india]})
    made = api.result(answer)

    assert answer.status_code == 201
    path = f"webhooks/{made['id']}"
    assert answer.headers["Location"] == f"/v1/{path}"
    assert made.pop("secret").startswith("whsec_")
    assert (made["url"], made["types"], made["segment_ids"], made["enabled"]) == (URL, ["left"], [india], True)
    assert api.result(api.get(path)) == made
    assert made in api.pages("webhooks", limit=1)
    changed = api.result(api.patch(path, {"types": None, "segment_ids": [], "description": "Shop", "enabled": False}))
    assert (changed["types"], changed["segment_ids"], changed["description"]) == ([], [], "Shop")
    assert (changed["enabled"], changed["disabled_reason"]) == (False, "manual")
    assert api.result(api.patch(path, {"enabled": True}))["disabled_reason"] is None
    assert api.delete(path).status_code == 204
    problem_of(api.get(path), 404, "webhook_unknown")


def test_everything_wrong_is_reported_at_once(api: Program, stranger_api: Program, india: int) -> None:
    before = api.pages("webhooks")
    body = {"url": "http://10.0.0.1/", "description": "a\nb", "types": ["entered", "gone"], "segment_ids": [india]}
    problem = problem_of(stranger_api.post("webhooks", body), 422, "invalid_input")
    assert {error["path"]: error["code"] for error in problem["errors"]} == {
        "url": "webhook_url_private",
        "description": "has_control_characters",
        "types[1]": "change_type_unknown",
        "segment_ids[0]": "segment_unknown",
    }
    problem_of(api.post("webhooks", {}), 422, "key_missing")
    for url in ("https://127.0.0.1/", "https://localhost/", "https://[::ffff:169.254.169.254]/", "https://0x7f.1/"):
        assert api.post("webhooks", {"url": url}).status_code == 422
    assert api.pages("webhooks") == before


def test_a_repeated_request_shows_the_secret_which_is_stored_only_with_the_webhook(
    api: Program, server: Server
) -> None:
    key = fresh("key").replace(" ", "-")
    first = api.post("webhooks", {"url": URL}, Idempotency_Key=key)
    path = f"webhooks/{first.json()['id']}"
    rotated = api.post(f"{path}/rotate", Idempotency_Key=f"{key}-2")
    secrets = [answer.json()["secret"] for answer in (first, rotated)]

    with closing(sqlite3.connect(f"file:{server.data / 'tamis.sqlite'}?mode=ro", uri=True)) as db:
        (stored,) = db.execute(
            "SELECT group_concat(CAST(body AS TEXT)) FROM idempotent_requests WHERE key LIKE ?", (f"{key}%",)
        ).fetchone()
    assert "created_at" in stored
    assert "whsec_" not in stored
    again = api.post(f"{path}/rotate", Idempotency_Key=f"{key}-2")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.content == rotated.content
    assert api.post("webhooks", {"url": URL}, Idempotency_Key=key).json() == first.json() | {"secret": secrets[1]}
    api.delete(path)
    problem_of(api.post("webhooks", {"url": URL}, Idempotency_Key=key), 404, "webhook_unknown")


def test_the_secret_is_shown_when_it_is_made_and_never_again(
    api: Program, reader: Program, webhook: dict[str, Any]
) -> None:
    path = f"webhooks/{webhook['id']}"
    rotated = api.result(api.post(f"{path}/rotate"))
    assert rotated["secret"] not in ("", webhook["secret"])
    assert rotated["previous_secret_until"]
    for shown in (
        api.get(path),
        api.get("webhooks"),
        api.patch(path, {"description": "x"}),
        reader.get(path),
        api.get(f"{path}/deliveries"),
    ):
        assert shown.status_code == 200
        assert "whsec_" not in shown.text
        assert '"secret"' not in shown.text


def test_a_repeated_creation_answers_with_the_same_secret(api: Program) -> None:
    first, second = (api.post("webhooks", {"url": URL}, Idempotency_Key="webhook-once") for _ in range(2))
    assert first.json() == second.json()
    path = f"webhooks/{first.json()['id']}"
    once, again = (api.post(f"{path}/rotate", Idempotency_Key="rotate-once") for _ in range(2))
    assert once.json()["secret"] == again.json()["secret"] != first.json()["secret"]
    api.delete(path)


def test_a_test_answers_what_has_become_of_it(api: Program, webhook: dict[str, Any]) -> None:
    path = f"webhooks/{webhook['id']}"
    api.result(api.patch(path, {"url": "https://does-not-exist.invalid/"}))
    tested = api.result(api.post(f"{path}/test"))
    assert (tested["type"], tested["outcome"], tested["status"]) == ("test", "host_not_found", None)
    api.result(api.post(f"{path}/test"))
    logged = api.pages(f"{path}/deliveries", limit=1)
    assert [delivery["id"] for delivery in logged] == [2, 1]
    assert logged[1] == tested


def test_a_webhook_is_replayed_from_any_number_so_far(api: Program, webhook: dict[str, Any]) -> None:
    path = f"webhooks/{webhook['id']}/replay"
    assert api.result(api.post(f"{path}?after=0"))["position"] == 0
    problem_of(api.post(f"{path}?after=9007199254740991"), 422, "change_number_out_of_range")
    assert api.post(f"{path}?after=-1").status_code == 400
    assert api.post(path).status_code == 400


def test_scopes_and_strangers(
    reader: Program, writer: Program, colleague_api: Program, stranger_api: Program, webhook: dict[str, Any]
) -> None:
    path = f"webhooks/{webhook['id']}"
    changes: tuple[tuple[str, str, Any], ...] = (
        ("POST", "webhooks", {"url": URL}),
        ("PATCH", path, {"enabled": False}),
        ("DELETE", path, None),
        ("POST", f"{path}/rotate", None),
        ("POST", f"{path}/test", None),
        ("POST", f"{path}/replay?after=0", None),
    )
    for program in (reader, writer):
        assert program.get("webhooks").status_code == program.get(path).status_code == 200
        assert program.get(f"{path}/deliveries").status_code == 200
        for method, changed, body in changes:
            problem_of(program.call(method, changed, json=body), 403, "key_scope_too_small")
    assert colleague_api.get(path).json()["url"] == URL
    assert stranger_api.pages("webhooks") == []
    for method, changed, body in (*changes[1:], ("GET", path, None), ("GET", f"{path}/deliveries", None)):
        problem_of(stranger_api.call(method, changed, json=body), 404, "webhook_unknown")
    assert colleague_api.get(path).json()["enabled"]


def test_changes_are_in_the_audit_log_without_secrets(owner: Person, api: Program, webhook: dict[str, Any]) -> None:
    rotated = api.result(api.post(f"webhooks/{webhook['id']}/rotate"))
    answer = api.get("audit", limit=20)
    assert '"webhook.secret_rotated"' in answer.text
    for secret in (rotated["secret"], webhook["secret"], "marked-url"):
        assert secret not in answer.text
