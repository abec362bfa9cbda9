"""CSRF protection and idempotency: a form submitted twice is done once, and a refused one may be retried."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from litestar import Litestar, post
from litestar._parsers import parse_url_encoded_form_data
from litestar.response import Response
from litestar.testing import TestClient

from tamis.web.console.requests.csrf import CsrfProtection
from tamis.web.console.requests.dependencies import FormDep
from tamis.web.console.requests.forms import read_form
from tamis.web.console.requests.idempotency import MAX_KEPT_BYTES, MAX_RESPONSE_BYTES, Idempotency
from tamis.web.console.requests.session import SESSION, csrf_token

TOKEN = "the token of somebody"


class Counter:
    """A page that counts how often it was done; it waits while `slow` and refuses while `refusing`."""

    def __init__(self) -> None:
        self.done = 0
        self.refusing = False


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def client(counter: Counter) -> Iterator[TestClient[Litestar]]:
    @post("/count")
    async def count(form: FormDep) -> Response[str]:
        await asyncio.sleep(0)
        if counter.refusing:
            return Response("not yet", status_code=422)
        counter.done += 1
        return Response(f"{counter.done} {form.text('name')}{form.text('more')}", status_code=200)

    def is_session(token: str) -> bool:
        return token == TOKEN

    middleware = [CsrfProtection(is_session), Idempotency(is_session)]
    app = Litestar([count], dependencies={"form": read_form}, middleware=middleware)
    with TestClient(app) as opened:
        opened.cookies.set(SESSION, TOKEN)
        yield opened


def send(client: TestClient[Litestar], **fields: str) -> Any:
    return client.post("/count", data={"csrf": csrf_token(TOKEN), **fields})


def test_repeated_submits_run_once_and_get_the_same_response(client: TestClient[Litestar], counter: Counter) -> None:
    answers = [send(client, idempotency_key="a", name="Ada") for _ in range(3)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, "1 Ada")}
    assert send(client, idempotency_key="b", name="Ada").text == "2 Ada"
    assert send(client, name="Ada").text == "3 Ada"
    assert counter.done == 3


def test_concurrent_submits_run_once(client: TestClient[Litestar], counter: Counter) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: send(client, idempotency_key="a", name="Ada"), range(8)))
    assert {answer.text for answer in answers} == {"1 Ada"}
    assert counter.done == 1


def test_a_refused_submit_can_be_retried(client: TestClient[Litestar], counter: Counter) -> None:
    counter.refusing = True
    assert send(client, idempotency_key="a").status_code == 422
    counter.refusing = False
    assert send(client, idempotency_key="a").status_code == 200


def test_an_idempotency_key_is_bound_to_its_session(client: TestClient[Litestar], counter: Counter) -> None:
    send(client, idempotency_key="a")
    client.cookies.set(SESSION, "the token of somebody else")
    assert client.post("/count", data={"csrf": csrf_token(TOKEN), "idempotency_key": "a"}).status_code == 403
    assert (
        client.post("/count", data={"csrf": csrf_token("the token of somebody else"), "idempotency_key": "a"}).text
        == "2 "
    )


@pytest.mark.parametrize("headers", [{}, {"x-csrf-token": "0" * 64}, {"x-csrf-token": "é"}])
def test_requests_without_the_csrf_token_are_refused(
    client: TestClient[Litestar], counter: Counter, headers: dict[str, str]
) -> None:
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    assert client.post("/count", data={"name": "Ada"}, headers=encoded).status_code == 403
    assert client.post("/count", content=b"raw", headers=encoded).status_code == 403
    assert counter.done == 0


def test_the_csrf_header_is_accepted_for_requests_without_a_form(
    client: TestClient[Litestar], counter: Counter
) -> None:
    headers = {"x-csrf-token": csrf_token(TOKEN), "content-type": "application/octet-stream"}
    assert client.post("/count", content=b"raw", headers=headers).status_code == 200
    assert counter.done == 1


def test_stored_responses_are_bounded(client: TestClient[Litestar], counter: Counter) -> None:
    send(client, idempotency_key="first")
    large = MAX_RESPONSE_BYTES - 1_000
    for turn in range(MAX_KEPT_BYTES // large + 2):
        send(client, idempotency_key=f"{turn}", more="m" * large)
    before = counter.done
    assert send(client, idempotency_key=f"{turn}").text.startswith(f"{before} ")  # the newest is there still
    send(client, idempotency_key="first")
    assert counter.done == before + 1


def test_no_password_is_kept_in_a_cache(client: TestClient[Litestar]) -> None:
    known = parse_url_encoded_form_data.cache_info().currsize
    send(client, password="a secret")
    assert parse_url_encoded_form_data.cache_info().currsize == known
