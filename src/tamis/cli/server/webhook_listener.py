"""`tamis webhook listen`: receive webhooks on this machine and print them, to try them out."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Annotated, Any

from cyclopts import App, Parameter
from cyclopts.validators import Number

from tamis.cli.common import print_line, print_notice
from tamis.client.webhooks import InvalidWebhook, verify_webhook
from tamis.domain.errors import Unavailable

SECRET_VARIABLE = "TAMIS_WEBHOOK_SECRET"
LOOPBACK = "127.0.0.1"
MAX_BODY = 4_194_304

webhook_app = App(name="webhook", help="List webhooks, and receive them on this machine.")


@webhook_app.command
def listen(
    *,
    port: Annotated[int, Parameter(validator=Number(gte=0, lte=65535))] = 9000,
    count: Annotated[int, Parameter(validator=Number(gte=0))] = 0,
) -> None:
    """Receive webhooks on this machine, and print each change.

    The server must be started with TAMIS_WEBHOOK_NETWORKS=loopback, which allows deliveries to this machine.

    If TAMIS_WEBHOOK_SECRET is set to the secret of the webhook, requests without a valid signature are refused.

    Parameters
    ----------
    port
        The port to listen on; 0 picks a free one.
    count
        Stop after this many deliveries; 0 never stops.
    """
    secret = os.environ.get(SECRET_VARIABLE, "")
    try:
        server = _Listener((LOOPBACK, port), secret)
    except OSError as error:
        raise Unavailable("cannot_listen", host=LOOPBACK, port=port, reason=error.strerror) from None
    with server:
        print_line(f"Waiting for webhooks on http://{LOOPBACK}:{server.server_port}/", flush=True)
        if not secret:
            print_notice(f"Signatures are not verified: {SECRET_VARIABLE} is not set.")
        while count == 0 or server.received < count:
            server.handle_request()


class _Listener(HTTPServer):
    """Receives deliveries one at a time; `received` counts them."""

    def __init__(self, address: tuple[str, int], secret: str) -> None:
        super().__init__(address, _Delivery)
        self.secret = secret
        self.received = 0


class _Delivery(BaseHTTPRequestHandler):
    server: _Listener

    def do_POST(self) -> None:
        """Print a delivery, and acknowledge it."""
        length = self.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MAX_BODY:
            self._answer(413)
            return
        body = self.rfile.read(int(length))
        try:
            if self.server.secret:
                verify_webhook(body, dict(self.headers), self.server.secret)
            lines = _lines(json.loads(body))
        except (InvalidWebhook, ValueError, KeyError, TypeError) as error:
            print_notice(f"Refused a request: {error}.")
            self._answer(400)
            return
        for line in lines:
            print_line(line, flush=True)
        self.server.received += 1
        self._answer(204)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing for each request: its changes are printed."""


def _lines(message: Any) -> list[str]:
    """Return a message as lines: one for each change."""
    changes = message.get("data", {}).get("changes")
    if not changes:
        return [f"{message['type']}"]
    return [_line(change) for change in changes]


def _line(change: Any) -> str:
    parts = (
        change["id"],
        change["type"],
        f"segment {change['segment_id']}",
        change.get("email") or "-",
        change["cause"],
    )
    return "  ".join(map(str, parts))
