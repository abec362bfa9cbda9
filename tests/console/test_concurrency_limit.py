"""The concurrency limit: heavy use does not delay others, and abandoned work is not done."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from litestar import Litestar, Request, get, post, route
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.params import FromPath, RawBody
from litestar.testing import TestClient
from litestar.types import ASGIApp, Receive, Scope, Send

from tamis.actions.lanes import Lane
from tamis.web.console.requests.concurrency_limit import MAX_CONCURRENT, ConcurrencyLimit, run_pages_in
from tamis.web.console.requests.session import SESSION

MOST_HERE = 60


class ReadsForms(ASGIMiddleware):
    """Reads the body of a form, as the middleware before the concurrency limit does."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if scope["method"] == "POST":  # type: ignore[typeddict-item]
            assert (await receive())["type"] == "http.request"
            Request[Any, Any, Any](scope).state.is_read = True
        await next_app(scope, receive, send)


class SlowPage:
    """An application whose page waits until it is released, and records who is being served."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.begun: list[str] = []

        @post("/slow/{who:str}", status_code=200)
        async def slow(who: FromPath[str], body: RawBody) -> str:
            self.begun.append(who)
            await self.go.wait()
            return f"{who} {body.decode()}"

        self.app = Litestar([slow], middleware=[ConcurrencyLimit(lambda token: token, MOST_HERE)], openapi_config=None)

    async def ask(self, session: str, who: str, has_gone: Callable[[], bool] = lambda: False) -> list[Any]:
        """Ask for the page as a server would hand it on; gives what was answered."""
        sent: list[Any] = []
        coming = [b"a ", b"body"]

        async def receive() -> Any:
            if has_gone():
                return {"type": "http.disconnect"}
            if coming:
                return {"type": "http.request", "body": coming.pop(0), "more_body": bool(coming)}
            return await asyncio.get_running_loop().create_future()

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"cookie", f"{SESSION}={session}".encode()), (b"content-type", b"application/octet-stream")]
        scope: Any = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": f"/slow/{who}", "raw_path": b"", "query_string": b"", "root_path": "", "headers": headers,
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), "extensions": {},
        }  # fmt: skip
        await self.app(scope, receive, send)
        return sent


async def until(happens: Callable[[], bool]) -> None:
    while not happens():
        await asyncio.sleep(0.001)


def run(test: Callable[[SlowPage], Coroutine[Any, Any, None]]) -> None:
    async def begin() -> None:
        await asyncio.wait_for(test(SlowPage()), 60)

    with ThreadPoolExecutor(1) as thread:  # another test of the run may have a loop in this one
        thread.submit(lambda: asyncio.run(begin())).result()


def test_one_busy_session_does_not_delay_others() -> None:
    async def test(page: SlowPage) -> None:
        many = [asyncio.ensure_future(page.ask("one", f"one-{n}")) for n in range(20)]
        await until(lambda: len(page.begun) == MAX_CONCURRENT)
        other = asyncio.ensure_future(page.ask("other", "other"))
        await until(lambda: "other" in page.begun)
        assert len(page.begun) == MAX_CONCURRENT + 1
        page.go.set()
        answers = [await requested for requested in [*many, other]]
        assert [answer[0]["status"] for answer in answers] == [200] * 21
        assert answers[19][1]["body"] == b"one-19 a body"

    run(test)


def test_abandoned_requests_are_not_executed() -> None:
    async def test(page: SlowPage) -> None:
        gone: set[str] = set()
        first = [asyncio.ensure_future(page.ask("one", f"first-{n}")) for n in range(MAX_CONCURRENT)]
        await until(lambda: len(page.begun) == MAX_CONCURRENT)
        left = [asyncio.ensure_future(page.ask("one", f"left-{n}", lambda: "left" in gone)) for n in range(50)]
        stays = asyncio.ensure_future(page.ask("one", "stays"))
        await asyncio.sleep(0)
        gone.add("left")
        page.go.set()
        assert [await requested for requested in left] == [[]] * 50
        assert (await stays)[0]["status"] == 200
        await asyncio.gather(*first)
        assert set(page.begun) == {"first-0", "first-1", "first-2", "stays"}

    run(test)


def test_pages_do_not_run_in_the_segment_api_threads() -> None:
    @get("/", sync_to_thread=True)
    def page() -> str:
        return threading.current_thread().name

    lane = Lane("pages", 1, per_account=1, max_waiting=1)
    run_pages_in(lane)
    try:
        with TestClient(Litestar([page], openapi_config=None)) as client:
            assert client.get("/").text.startswith("pages")
    finally:
        lane.stop()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_disconnect_stops_running_queries_and_drops_waiting_ones(method: str) -> None:
    begun, stopped = list[str](), threading.Event()
    lane = Lane("pages", 1, per_account=1, max_waiting=9, interrupt=lambda _: stopped.set())
    run_pages_in(lane)

    @route("/slow/{who:str}", http_method=method, sync_to_thread=True, status_code=200)  # type: ignore[arg-type]
    def slow(who: FromPath[str]) -> str:
        begun.append(who)
        assert stopped.wait(60)  # only who leaves ends it
        return who

    app = Litestar(
        [slow], middleware=[ReadsForms(), ConcurrencyLimit(lambda token: token, MOST_HERE)], openapi_config=None
    )

    async def test() -> None:
        left = asyncio.Event()

        async def ask(who: str) -> list[Any]:
            sent, coming = list[Any](), [{"type": "http.request", "body": b"", "more_body": False}]

            async def receive() -> Any:
                if coming:
                    return coming.pop()
                await left.wait()
                return {"type": "http.disconnect"}

            async def send(message: Any) -> None:
                sent.append(message)

            headers = [(b"cookie", f"{SESSION}=one".encode())]
            scope: Any = {
                "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
                "path": f"/slow/{who}", "raw_path": b"", "query_string": b"", "root_path": "", "headers": headers,
                "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), "extensions": {},
            }  # fmt: skip
            await app(scope, receive, send)
            return sent

        requested = [asyncio.ensure_future(ask(who)) for who in ("first", "second")]
        await until(lambda: begun == ["first"])
        left.set()
        answers = await asyncio.wait_for(asyncio.gather(*requested), 60)
        assert begun == ["first"]
        assert answers[1] == []

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, test()).result()
    lane.stop()
