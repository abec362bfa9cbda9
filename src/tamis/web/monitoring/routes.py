"""`/healthz`, `/readyz` and `/metrics`: whether the server is up, whether it can work, and its metrics."""

import asyncio
import hmac
import logging
from typing import Any

import msgspec
from litestar import Request, Router, route
from litestar.enums import HttpMethod, MediaType
from litestar.response import Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from tamis import log
from tamis.actions.maintenance.health import Health
from tamis.web.monitoring.traffic import client_address

HEALTH, READY, METRICS = "/healthz", "/readyz", "/metrics"
READS = [HttpMethod.GET, HttpMethod.HEAD]


def monitoring_routes(health: Health, registry: CollectorRegistry, token: str) -> Router:
    """Make the endpoints; without a token there is no `/metrics`."""

    @route(HEALTH, http_method=READS, sync_to_thread=False)
    def healthz() -> Response[bytes]:
        return _text(200, "ok")

    @route(READY, http_method=READS, sync_to_thread=False)
    def readyz() -> Response[bytes]:
        reasons = health.reasons
        body = msgspec.json.encode({"ready": not reasons, "reasons": reasons}) + b"\n"
        return Response(body, status_code=503 if reasons else 200, media_type="application/json")

    @route(METRICS, http_method=READS)
    async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
        if not token:
            return _text(404, "not found")
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode()):
            log.event("metrics_token_refused", level=logging.WARNING, address=client_address(request.scope))
            return _text(401, "invalid token", {"www-authenticate": "Bearer"})
        encoder, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(await asyncio.to_thread(encoder, registry), media_type=content_type)

    return Router(
        "/", route_handlers=[healthz, readyz, metrics], opt={"interface": "monitoring"}, include_in_schema=False
    )


def _text(status: int, line: str, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(f"{line}\n".encode(), status_code=status, media_type=MediaType.TEXT, headers=headers)
