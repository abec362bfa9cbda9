"""`/healthz`, `/readyz` and `/metrics`: whether the server is up, whether it can do its work, and its numbers."""

import asyncio
import hmac
import logging

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from tamis import log
from tamis.actions.maintenance.health import Health
from tamis.web.http import App, Receive, Request, Scope, Send
from tamis.web.monitoring.traffic import address_of, exchange_of

HEALTH, READY, METRICS = "/healthz", "/readyz", "/metrics"
PATHS = frozenset((HEALTH, READY, METRICS))
TEXT = b"text/plain; charset=utf-8"
NOT_STORED = (b"cache-control", b"no-store")
NO_GUESSING = (b"x-content-type-options", b"nosniff")


def monitoring(health: Health, registry: CollectorRegistry, token: str) -> App:
    """Make the application that answers `PATHS`; without a token, `/metrics` is not there."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request.of(scope, receive, scope["path"])
        exchange = exchange_of(scope)
        exchange.interface, exchange.route = "monitoring", request.path
        if request.method not in ("GET", "HEAD"):
            return await _send(send, request, 405, b"GET or HEAD only\n", TEXT, (b"allow", b"GET, HEAD"))
        if request.path == HEALTH:
            return await _send(send, request, 200, b"ok\n", TEXT)
        if request.path == READY:
            reasons = health.reasons
            body = msgspec.json.encode({"ready": not reasons, "reasons": reasons}) + b"\n"
            return await _send(send, request, 503 if reasons else 200, body, b"application/json")
        if not token:
            return await _send(send, request, 404, b"there is nothing here\n", TEXT)
        if not hmac.compare_digest(request.header(b"authorization").encode(), f"Bearer {token}".encode()):
            log.event("metrics_token_refused", level=logging.WARNING, address=address_of(scope))
            return await _send(send, request, 401, b"the token is wrong\n", TEXT, (b"www-authenticate", b"Bearer"))
        encoder, content_type = choose_encoder(request.header(b"accept"))
        body = await asyncio.to_thread(encoder, registry)
        return await _send(send, request, 200, body, content_type.encode())

    return app


async def _send(
    send: Send, request: Request, status: int, body: bytes, content_type: bytes, *more: tuple[bytes, bytes]
) -> None:
    headers = [
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        NOT_STORED,
        NO_GUESSING,
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else body})
