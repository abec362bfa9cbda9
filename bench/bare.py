"""Bare uvicorn, as a baseline: it answers everything with the bytes of a file, and does nothing else."""

import argparse
import asyncio
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

from bench.load import HOST

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

PIECE = 1 << 20
JSON = (b"content-type", b"application/json")


def whole(body: bytes) -> App:
    """Answer at once, with a content length; a request's body is read and dropped."""
    start = {
        "type": "http.response.start",
        "status": 200,
        "headers": [JSON, (b"content-length", str(len(body)).encode())],
    }
    end = {"type": "http.response.body", "body": body}

    async def app(_scope: Message, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await send(start)
        await send(end)

    return app


def streamed(body: bytes) -> App:
    """Answer piece by piece, without a content length."""
    pieces = [body[i : i + PIECE] for i in range(0, len(body), PIECE)]

    async def app(_scope: Message, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [JSON]})
        for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b""})

    return app


class Server(uvicorn.Server):
    """A server that says when it accepts requests, as Tamis does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then say so."""
        await super().startup(sockets)
        if self.started and sockets:
            print(f"Listening on http://{HOST}:{sockets[0].getsockname()[1]}", flush=True)


def main() -> None:
    """Serve on a free port until SIGTERM, with the settings of tamis.app."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--stream", action="store_true")
    options = parser.parse_args()
    body = options.file.read_bytes()
    config = uvicorn.Config(
        streamed(body) if options.stream else whole(body),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    listener = socket.create_server((HOST, 0), backlog=2048)
    listener.set_inheritable(True)
    Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
