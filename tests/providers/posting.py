"""Requests to the route of providers without a server, whose certificates would have to come from Amazon."""

import json
from typing import Any

from tamis.actions.providers.sns import AmazonCertificates
from tamis.actions.services import Services
from tamis.web.providers import provider_routes
from tamis.web.write_limit import WriteLimit
from tests.providers.payloads import Amazon, Sent
from tests.support.event_loop import run_coroutine


def post_all(services: Services, url: str, amazon: Amazon, *requests: Sent) -> list[tuple[int, Any]]:
    """Send requests to the route, and return statuses and answers."""
    handler: Any = provider_routes(services, WriteLimit(services), AmazonCertificates(amazon.fetch))[0].fn

    async def post(sent: Sent) -> tuple[int, Any]:
        messages: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": sent.body, "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        headers = [(name.encode(), value.encode()) for name, value in sent.headers.items()]
        scope = {"type": "http", "method": "POST", "path": url, "headers": headers, "query_string": b"", "client": None}
        await handler(scope, receive, send)
        return messages[0]["status"], json.loads(messages[1]["body"])

    async def run() -> list[tuple[int, Any]]:
        return [await post(sent) for sent in requests]

    return run_coroutine(run())
