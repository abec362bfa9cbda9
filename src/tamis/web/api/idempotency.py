"""POSTs that are done once: requests with the same `Idempotency-Key` get the answer of the first."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Self, cast

import msgspec
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Send
from litestar.types import Scope as LitestarScope

from tamis.actions.idempotency import (
    IdempotentRequest,
    StoredAnswer,
    find_request,
    store_answer,
)
from tamis.actions.lookups import Reader
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account, ApiKey
from tamis.domain.errors import Invalid, Problem
from tamis.web.api.body import media_type_of, read_body
from tamis.web.api.problems import BadRequest, Conflict
from tamis.web.api.requests import ANY_MEDIA_TYPE, KEY, STREAMED
from tamis.web.http import Scope
from tamis.web.request_tasks import run_in_lane
from tamis.web.write_limit import WriteLimit

IDEMPOTENT = "tamis.api.idempotent"
"""The key in a request's scope of its `IdempotentRequest`."""
KEEPS_PROGRESS = "keeps_progress"
"""In the options of a handler: it answers or continues a repeated request with a streamed body itself; no answer is
stored."""
MAX_BODY = "max_body"
"""In the options of a handler: how large its other bodies may be, if more than usual."""
READ_SECRET = "read_secret"
"""In the options of a handler whose answer has a `secret`: the function that reads the secret of the object with the
`id` of the answer. It is not stored with the answer."""
ReadSecret = Callable[[Reader, Account, int], str]
CONTENT_LENGTH = "content-length"
REPLAYED = "idempotency-replayed"
MAX_STORED_BYTES = 8_388_608
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class IdempotentPosts(ASGIMiddleware):
    """Answers a repeated POST with the stored answer; refuses one whose first is still running."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, services: Services, writes: WriteLimit) -> None:
        self._services = services
        self._writes = writes
        self._running: dict[tuple[int, str], object] = {}
        """The account and the key of each request in progress, with a token of its own."""

    def __deepcopy__(self, _: object) -> Self:
        """Return the same object: Litestar copies routers with their middleware, which all share one state."""
        return self

    async def handle(self, scope: LitestarScope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass a request on, or answer it; raises Conflict, BadRequest, and Invalid for another body."""
        connection: Scope = cast(Scope, scope)
        key = _header(connection, b"idempotency-key")
        api_key: ApiKey | None = connection.get(KEY)
        if connection["method"] != "POST" or key is None or api_key is None:
            await next_app(scope, receive, send)
            return
        if not _KEY.fullmatch(key):
            raise BadRequest([Problem("Idempotency-Key", "idempotency_key_not_valid")])
        claim = api_key.account.id, key
        if claim in self._running:
            raise Conflict("idempotency_key_running")
        token = self._running[claim] = object()

        def release() -> None:
            if self._running.get(claim) is token:
                del self._running[claim]

        try:
            await self._run(api_key, key, connection, receive, send, next_app, release)
        finally:
            release()

    async def _run(
        self,
        api_key: ApiKey,
        key: str,
        scope: Scope,
        receive: Receive,
        send: Send,
        next_app: ASGIApp,
        release: Callable[[], None],
    ) -> None:
        account_id = api_key.account.id
        options, body = scope["route_handler"].opt, b""
        media_type = media_type_of(_header(scope, b"content-type") or "")
        is_streamed = not {media_type, ANY_MEDIA_TYPE}.isdisjoint(options.get(STREAMED, ()))
        if not is_streamed:
            body = await read_body(receive, options.get(MAX_BODY, self._services.settings.max_body))
            receive = _replay(body, receive)
        request = IdempotentRequest(account_id, key, _fingerprint(scope, body))
        services = self._services
        known = await run_in_lane(
            services.lanes.short, account_id, lambda: find_request(services.records.reader(), request, services.clock())
        )
        if known and known.fingerprint != request.fingerprint:
            raise Invalid([Problem("Idempotency-Key", "idempotency_key_of_another_request")])
        read_secret: ReadSecret | None = options.get(READ_SECRET)
        if known and known.answer:
            stored = known.answer
            if read_secret:
                stored = _with_secret(stored, partial(read_secret, services.records.reader(), api_key.account))
            await _send(stored, send)
            return
        scope[IDEMPOTENT] = request
        if is_streamed and options.get(KEEPS_PROGRESS):
            await next_app(cast(LitestarScope, scope), receive, _released_at_end(send, release))
            return
        sent: list[Message] = []

        async def collect(message: Message) -> None:
            sent.append(message)

        await next_app(cast(LitestarScope, scope), receive, collect)
        if answer := _answer(sent):
            if read_secret:
                answer = _without_secret(answer)
            await self._writes.run(api_key.actor, account_id, store_answer, request, answer)
        for message in sent:
            await send(message)


def _released_at_end(send: Send, release: Callable[[], None]) -> Send:
    """Return a `send` that releases the key with the last part of a response, before its client can repeat it."""

    async def send_and_release(message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            release()
        await send(message)

    return send_and_release


def _fingerprint(scope: Scope, body: bytes) -> bytes:
    parts = (scope["method"].encode(), scope["path"].encode(), scope["query_string"], body)
    return hashlib.sha256(msgspec.json.encode([hashlib.sha256(part).hexdigest() for part in parts])).digest()


def _answer(sent: list[Message]) -> StoredAnswer | None:
    """Return the answer to store: of what was refused nothing is kept, and it may be tried again."""
    first: Any = sent[0] if sent else {}
    body = b"".join(message.get("body", b"") for message in sent[1:])  # type: ignore[misc]
    if not 200 <= first.get("status", 500) < 300 or len(body) > MAX_STORED_BYTES:
        return None
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in first["headers"]]
    return StoredAnswer(first["status"], [header for header in headers if header[0].lower() != CONTENT_LENGTH], body)


def _without_secret(answer: StoredAnswer) -> StoredAnswer:
    content = msgspec.json.decode(answer.body, type=dict[str, Any])
    del content["secret"]
    return replace(answer, body=msgspec.json.encode(content))


def _with_secret(answer: StoredAnswer, read_secret: Callable[[int], str]) -> StoredAnswer:
    content = msgspec.json.decode(answer.body, type=dict[str, Any])
    return replace(answer, body=msgspec.json.encode({**content, "secret": read_secret(content["id"])}))


async def _send(answer: StoredAnswer, send: Send) -> None:
    own = [*answer.headers, (CONTENT_LENGTH, str(len(answer.body)))]
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in own]
    await send(
        {"type": "http.response.start", "status": answer.status, "headers": [*headers, (REPLAYED.encode(), b"true")]}
    )
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


def _replay(body: bytes, rest: Receive) -> Receive:
    pending: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return pending.pop() if pending else await rest()

    return receive


def _header(scope: Scope, name: bytes) -> str | None:
    return next((value.decode("latin-1").strip() for key, value in scope["headers"] if key == name), None)
