"""Retries, idempotency keys, pages, downloads and errors of the Python client, against a server that fails."""

import json
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tamis.client import ApiError, AsyncTamis, Tamis
from tests.python_client.both_clients import NAMES, QUICK, Use, use_client
from tests.python_client.scripted_server import Answer, Received, ScriptedServer
from tests.support.event_loop import run_coroutine

SECRET = "sk_secret_of_the_test"
SEGMENT = {
    "id": 7,
    "contact_type_id": 1,
    "name": "India",
    "rule": None,
    "text": "",
    "sentence": "Nobody.",
    "count": 60,
    "created_at": "2026-11-27T10:00:00Z",
    "updated_at": "2026-11-27T10:00:00Z",
    "a_key_of_tomorrow": {"deep": [1]},
}
CHANGE = {
    "type": "entered",
    "segment_id": 7,
    "contact_id": 1,
    "email": "a@example.org",
    "at": "2026-11-27T10:00:00Z",
    "cause": "import",
}
NOT_FOUND = Answer(404, {"code": "not_found", "detail": "There is none.", "status": 404})


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer()
    with scripted.run():
        yield scripted


@pytest.fixture(params=NAMES)
def use(request: pytest.FixtureRequest, server: ScriptedServer) -> Callable[[Use], Any]:
    """Run a function with each of the two clients."""
    return lambda function: use_client(request.param, server.url, SECRET, function)


def test_an_answer_is_typed_and_keys_of_newer_servers_are_ignored(server: ScriptedServer, use: Any) -> None:
    server.answer(Answer(200, SEGMENT, {"ETag": '"abc"'}))
    segment = use(lambda client: client.segments.get(7))
    assert (segment.id, segment.name, segment.count, segment.etag) == (7, "India", 60, '"abc"')
    assert segment.created_at == datetime(2026, 11, 27, 10, tzinfo=UTC)
    (request,) = server.received
    assert (request.method, request.target) == ("GET", "/v1/segments/7")
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    with pytest.raises(AttributeError):
        segment.name = "Nepal"


def test_names_in_paths_may_have_any_characters(server: ScriptedServer, use: Any) -> None:
    server.answer(Answer(204, b""))
    use(lambda client: client.segments.remove_member(7, "a/b?c#d e+%@example.org"))
    assert server.received[0].target == "/v1/segments/7/members/a%2Fb%3Fc%23d%20e%2B%25%40example.org"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_temporary_failure_is_tried_again(server: ScriptedServer, use: Any, status: int) -> None:
    server.answer(Answer(status, b"<html>"), Answer(status, {}), Answer(200, SEGMENT))
    assert use(lambda client: client.segments.get(7)).id == 7
    assert len(server.received) == 3


@pytest.mark.parametrize("failure", [Answer(drop=True), Answer(200, SEGMENT, cut=10)])
def test_a_broken_connection_is_tried_again(server: ScriptedServer, use: Any, failure: Answer) -> None:
    server.answer(failure, failure, Answer(200, SEGMENT))
    assert use(lambda client: client.segments.get(7)).id == 7


def test_a_post_keeps_its_idempotency_key_over_its_retries_and_no_other_has_it(
    server: ScriptedServer, use: Any
) -> None:
    running = Answer(409, {"code": "idempotency_key_running", "detail": "Still running."})
    server.answer(Answer(drop=True), Answer(503, {}), running, Answer(201, SEGMENT), Answer(201, SEGMENT))
    for _ in range(2):
        use(lambda client: client.segments.create(1, "India", 'country = "India"'))
    keys = [request.headers["idempotency-key"] for request in server.received]
    assert len(set(keys[:4])) == 1
    assert keys[4] != keys[0]
    assert {request.body for request in server.received} == {server.received[0].body}


def test_what_repeating_cannot_help_is_not_repeated(server: ScriptedServer, use: Any) -> None:
    for status, code in ((400, "json_not_valid"), (401, "key_not_valid"), (409, "name_taken"), (412, "changed")):
        server.received.clear()
        server.answer(Answer(status, {"code": code, "detail": "No.", "request_id": "r1"}))
        with pytest.raises(ApiError) as refused:
            use(lambda client: client.segments.create(1, "India", "x"))
        assert (refused.value.status, refused.value.code, refused.value.request_id) == (status, code, "r1")
        assert len(server.received) == 1


def test_an_error_lists_everything_that_is_wrong(server: ScriptedServer, use: Any) -> None:
    items = [
        {"path": "name", "code": "key_missing", "detail": "Is required."},
        {"path": "rule", "code": "x", "detail": "y"},
    ]
    server.answer(Answer(422, {"code": "invalid_input", "detail": "Two things.", "errors": items, "request_id": "r2"}))
    with pytest.raises(ApiError) as refused:
        use(lambda client: client.segments.create(1, "", ""))
    assert [(item.path, item.code) for item in refused.value.errors] == [("name", "key_missing"), ("rule", "x")]
    assert str(refused.value) == "Two things. (422 invalid_input, request r2)"


def test_the_last_failure_is_raised(server: ScriptedServer, use: Any) -> None:
    server.answer(*[Answer(503, b"busy", {"X-Request-Id": "r3"})] * 9)
    with pytest.raises(ApiError) as refused:
        use(lambda client: client.segments.get(7))
    assert (refused.value.status, refused.value.code, refused.value.request_id) == (503, "http_503", "r3")
    assert len(server.received) == QUICK.attempts


def test_retry_after_is_waited_for_unless_it_is_too_long(server: ScriptedServer, use: Any) -> None:
    long_ago = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
    server.answer(
        Answer(429, {}, {"Retry-After": "0"}), Answer(429, {}, {"Retry-After": long_ago}), Answer(200, SEGMENT)
    )
    assert use(lambda client: client.segments.get(7)).id == 7
    server.answer(Answer(429, {"code": "too_many_requests"}, {"Retry-After": "3600"}))
    with pytest.raises(ApiError) as refused:
        use(lambda client: client.segments.get(7))
    assert refused.value.code == "too_many_requests"
    assert len(server.received) == 4


def test_a_delete_whose_answer_was_lost_is_done(server: ScriptedServer, use: Any) -> None:
    server.answer(Answer(drop=True), NOT_FOUND)
    assert use(lambda client: client.segments.delete(7)) is None
    server.answer(Answer(502, b""), NOT_FOUND)
    assert use(lambda client: client.contacts.delete(1, "a@example.org")) is None
    server.answer(NOT_FOUND)
    with pytest.raises(ApiError):
        use(lambda client: client.segments.delete(7))


def test_pages_are_fetched_on_demand(server: ScriptedServer) -> None:
    with Tamis(server.url, SECRET, retries=QUICK) as client:
        server.answer(Answer(200, {"data": [SEGMENT, {**SEGMENT, "id": 8}], "next_cursor": "c2"}))
        walk = iter(client.segments.list(page_size=2))
        assert (next(walk).id, next(walk).id) == (7, 8)
        assert len(server.received) == 1
        server.answer(Answer(500, {}), Answer(200, {"data": [{**SEGMENT, "id": 9}], "next_cursor": None}))
        assert [segment.id for segment in walk] == [9]
    assert [request.target for request in server.received] == [
        "/v1/segments?limit=2",
        "/v1/segments?limit=2&cursor=c2",
        "/v1/segments?limit=2&cursor=c2",
    ]


def test_all_pages_and_a_single_one(server: ScriptedServer, use: Any) -> None:
    server.answer(
        Answer(200, {"data": [SEGMENT], "next_cursor": "c2"}),
        Answer(200, {"data": [], "next_cursor": "c3"}),
        Answer(200, {"data": [{**SEGMENT, "id": 8}], "next_cursor": None}),
        Answer(200, {"data": [SEGMENT], "next_cursor": "c2"}),
    )
    assert [segment.id for segment in use(lambda client: client.segments.list())] == [7, 8]
    page = use(lambda client: client.segments.list(cursor="c1").page())
    assert (page.data[0].id, page.next_cursor) == (7, "c2")


def test_a_download_gets_its_name_when_it_is_complete(server: ScriptedServer, use: Any, tmp_path: Path) -> None:
    content = b"email\n" + b"a@example.org\n" * 10_000
    server.answer(Answer(200, content, cut=5_000), Answer(200, content))
    target = tmp_path / "members.csv"
    assert use(lambda client: client.segments.export(7, target)) == len(content)
    assert target.read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == ["members.csv"]
    assert server.received[0].target == "/v1/segments/7/export?format=csv"


def test_a_failed_download_leaves_the_old_file(server: ScriptedServer, use: Any, tmp_path: Path) -> None:
    target = tmp_path / "members.csv"
    target.write_text("old")
    server.answer(*[Answer(200, b"new content", cut=3)] * QUICK.attempts)
    with pytest.raises(ApiError) as refused:
        use(lambda client: client.segments.export(7, target))
    assert refused.value.code == "connection_failed"
    assert target.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["members.csv"]


def test_contacts_of_any_number_are_streamed_in_requests_that_can_be_repeated(
    server: ScriptedServer, use: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tamis.client.ndjson.MAX_ITEMS", 3)

    def store(request: Received) -> Answer:
        lines = [json.loads(line) for line in request.body.splitlines()]
        bad = [index for index, line in enumerate(lines) if line["fields"]["n"] % 4 == 0]
        results: list[dict[str, object]] = [
            {"index": index, "status": "rejected" if index in bad else "created", "errors": []}
            for index in range(len(lines))
        ]
        counts = {"created": len(lines) - len(bad), "updated": 0, "unchanged": 0, "rejected": len(bad)}
        return Answer(200, {**counts, "results": results})

    server.answer(store, Answer(drop=True), store, store)
    contacts = [(f"{n}@example.org", {"n": n}) for n in range(8)]
    result = use(lambda client: client.contacts.stream(1, iter(contacts)))
    assert (result.created, result.rejected) == (6, 2)
    assert [item.index for item in result.results] == [0, 4]
    bodies = [request.body for request in server.received]
    assert bodies[1] == bodies[2]
    assert [json.loads(line)["email"] for body in bodies[:1] + bodies[2:] for line in body.splitlines()] == [
        email for email, _ in contacts
    ]
    assert {request.headers["content-type"] for request in server.received} == {"application/x-ndjson"}


def test_contacts_may_come_from_an_asynchronous_iterator(server: ScriptedServer) -> None:
    async def contacts() -> Any:
        yield "a@example.org", {"n": 1}

    async def run() -> int:
        async with AsyncTamis(server.url, SECRET) as client:
            return (await client.contacts.stream(1, contacts())).created

    server.answer(Answer(200, {"created": 1, "updated": 0, "unchanged": 0, "rejected": 0}))
    assert run_coroutine(run()) == 1


def changes(*ids: int, until: int = 0, more: bool = False) -> Answer:
    """Answer with changes."""
    data = [{**CHANGE, "id": number} for number in ids]
    return Answer(200, {"data": data, "next_cursor": str(max([until, *ids])), "has_more": more})


def test_changes_come_once_and_in_order_whatever_interrupts(server: ScriptedServer, use: Any) -> None:
    server.answer(
        changes(3, 4, 5),
        *[Answer(drop=True), Answer(503, {}, {"Retry-After": "0"}), Answer(429, {})] * QUICK.attempts,
        changes(5, 6, 9),
        changes(until=20),
        changes(21),
        changes(until=21),
        Answer(401, {"code": "key_not_valid"}),
    )
    seen = []

    def blocking(client: Tamis) -> None:
        for change in client.changes(after=3):
            seen.append(change.id)

    async def asynchronous(client: AsyncTamis) -> None:
        async for change in client.changes(after=3):
            seen.append(change.id)

    with pytest.raises(ApiError) as ended:
        use(lambda client: blocking(client) if isinstance(client, Tamis) else asynchronous(client))
    assert ended.value.code == "key_not_valid"
    assert seen == [4, 5, 6, 9, 21]
    targets = [request.target for request in server.received]
    assert targets[0] == "/v1/changes?after=3&limit=1000&wait=30"
    assert [target.partition("after=")[2].partition("&")[0] for target in targets[-4:]] == ["9", "20", "21", "21"]


def test_changes_end_with_the_newest_without_waiting(server: ScriptedServer, use: Any) -> None:
    server.answer(changes(4, more=True), changes(until=9))
    assert [change.id for change in use(lambda client: client.changes(after=3, live=False))] == [4]
    assert [request.target for request in server.received] == [
        "/v1/changes?after=3&limit=1000",
        "/v1/changes?after=4&limit=1000",
    ]


def test_changes_after_now_begin_with_a_number(server: ScriptedServer) -> None:
    server.answer(changes(until=40), Answer(drop=True), changes(41))
    with Tamis(server.url, SECRET, retries=QUICK) as client:
        assert next(client.changes(after="now")).id == 41
    assert [request.target for request in server.received] == [
        "/v1/changes?after=now&limit=1000",
        *["/v1/changes?after=40&limit=1000&wait=30"] * 2,
    ]


def test_an_unreachable_server_is_one_error() -> None:
    with (
        Tamis("http://127.0.0.1:1", SECRET, retries=QUICK) as client,
        pytest.raises(ApiError) as failed,
    ):
        client.account.get()
    assert (failed.value.status, failed.value.code) == (None, "connection_failed")


def test_an_answer_of_another_kind_is_an_error(server: ScriptedServer, use: Any) -> None:
    server.answer(Answer(200, b"<html>Welcome</html>"))
    with pytest.raises(ApiError) as failed:
        use(lambda client: client.account.get())
    assert failed.value.code == "unexpected_answer"


def test_a_redirect_is_not_followed(server: ScriptedServer, use: Any) -> None:
    server.answer(Answer(307, b"", {"Location": "http://127.0.0.1:1/"}))
    with pytest.raises(ApiError) as refused:
        use(lambda client: client.account.get())
    assert (refused.value.status, len(server.received)) == (307, 1)


def test_the_secret_is_in_no_text(server: ScriptedServer, use: Any) -> None:
    server.answer(Answer(401, {"code": "key_not_valid", "detail": "No."}), *[Answer(drop=True)] * QUICK.attempts)
    shown: list[str] = []

    def fail(client: Any) -> Any:
        shown.append(f"{client!r} {vars(client)} {client.segments!r}")
        return client.account.get()

    for _ in range(2):
        with pytest.raises(ApiError) as failed:
            use(fail)
        error = failed.value
        shown += [repr(error), str(error), *traceback.format_exception(error), repr(error.__cause__)]
    assert len(shown) > 8
    assert SECRET not in "".join(shown)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("tamis.example.com", SECRET),
        ("ftp://tamis.example.com", SECRET),
        ("https://me:sk_hidden@tamis.example.com", SECRET),
        ("https://tamis.example.com?key=sk_hidden", SECRET),
        ("https://tamis.example.com", ""),
        ("https://tamis.example.com", "sk_hidden\n"),
        ("https://tamis.example.com", "sk_hidden é"),
    ],
)
def test_a_wrong_address_or_key_is_refused_without_showing_it(url: str, key: str) -> None:
    for client in (Tamis, AsyncTamis):
        with pytest.raises(ValueError, match="must be") as refused:
            client(url, key)
        assert "hidden" not in str(refused.value)


def test_a_server_below_a_path_is_reached(server: ScriptedServer) -> None:
    server.answer(Answer(200, SEGMENT))
    with Tamis(f"{server.url}/tamis/", SECRET) as client:
        client.segments.get(7)
    assert server.received[0].target == "/tamis/v1/segments/7"
