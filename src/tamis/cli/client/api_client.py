"""A client of the API for commands: of a server at a URL, or of a data directory, with or without a server on it."""

import getpass
import os
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from tamis.actions.changes.projector_thread import ProjectorThread
from tamis.actions.server_file import ServerAddress, find_server
from tamis.actions.services import Services
from tamis.cli.common import Common, machine_user, open_services, resolve_account
from tamis.client import ApiError, Tamis
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import Invalid, Problem, ProjectionInUse, Refused, Unavailable
from tamis.web.app import application

KEY_VARIABLE = "TAMIS_SECRET_KEY"
LOCK_TIMEOUT_SECONDS, PAUSE_SECONDS = 60, 0.05
TIMEOUT_SECONDS = 600
IN_PROCESS = "http://tamis.invalid"
_ONE_AT_A_TIME = threading.Lock()
"""Threads of a process take turns on a data directory, whose projection only one of them can have open."""


def open_client(common: Common, url: str | None, key_file: Path | None = None) -> AbstractContextManager[Tamis]:
    """Open a client for a block: of the server at a URL, with the key in a file or in the environment, or of the
    account in the data directory. There a server that runs answers, otherwise this process; other commands wait
    meanwhile.

    Raises Refused without a key, Invalid for a wrong URL or key, and what opening the data directory raises.
    """
    return _local_client(common) if url is None else _remote_client(url, _secret_key(key_file))


def _secret_key(key_file: Path | None) -> str:
    """Read the secret key: never from an argument, which other users of the machine could see."""
    if key_file is not None:
        try:
            return key_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise Refused("key_file_not_read", file=str(key_file)) from None
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key and sys.stdin.isatty():
        key = getpass.getpass("Secret key: ").strip()
    if not key:
        raise Refused("secret_key_not_set", variable=KEY_VARIABLE)
    return key


def _remote_client(url: str, key: str) -> Tamis:
    try:
        return Tamis(url, key)
    except ValueError as error:
        raise Invalid([Problem("url", "client_not_possible", reason=str(error))]) from None


@contextmanager
def refuse_api_errors() -> Iterator[None]:
    """Refuse a command with what the API answers in a block."""
    try:
        yield
    except ApiError as error:
        raise Refused("api_refused", reason=" ".join(error.sentences)) from None


@contextmanager
def _local_client(common: Common) -> Iterator[Tamis]:
    with _ONE_AT_A_TIME, open_services(common) as services:
        account = resolve_account(services, common)
        server = _open_columns_or_find_server(services)
        with _of_server(server, account) if server else _in_process(services, account) as client:
            yield client


def _open_columns_or_find_server(services: Services) -> ServerAddress | None:
    """Open the columns in this process, or return the server that has them open; waits while a command has them."""
    pause, deadline = threading.Event(), time.monotonic() + LOCK_TIMEOUT_SECONDS
    while True:
        try:
            services.open_columns()
            return None
        except ProjectionInUse:
            if server := find_server(services.settings.data):
                return server
            if time.monotonic() > deadline:
                raise Unavailable("data_held_by_command") from None
            pause.wait(PAUSE_SECONDS)


def _of_server(server: ServerAddress, account: Account) -> Tamis:
    address = server.address.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]")
    return _trusted_client(address, server.token, account, httpx.HTTPTransport())


@contextmanager
def _in_process(services: Services, account: Account) -> Iterator[Tamis]:
    """Answer in this process, with the application of the server and its projector."""
    token, stop = secrets.token_hex(32), threading.Event()
    projector = threading.Thread(target=ProjectorThread(services, lambda: None).run, args=(stop,), name="projector")
    projector.start()
    try:
        with start_blocking_portal() as portal:
            transport = InProcessTransport(portal, httpx.ASGITransport(application(services, token)))
            with _trusted_client(IN_PROCESS, token, account, transport) as client:
                yield client
    finally:
        stop.set()
        services.hub.wake_projector()
        projector.join()


def _trusted_client(url: str, token: str, account: Account, transport: httpx.BaseTransport) -> Tamis:
    """Return a client that uses the local token of a server instead of a key, and no proxy."""
    headers = {"Tamis-Account": str(account.id), "Tamis-User": quote(machine_user())}
    return Tamis(url, token, timeout=TIMEOUT_SECONDS, headers=headers, transport=transport)


class InProcessTransport(httpx.BaseTransport):
    """Sends requests to an application in the event loop of another thread."""

    def __init__(self, portal: BlockingPortal, application: httpx.ASGITransport) -> None:
        self._portal = portal
        self._application = application

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer to a request, with its whole body."""
        return self._portal.call(self._respond, request)

    async def _respond(self, request: httpx.Request) -> httpx.Response:
        request.read()
        answer = await self._application.handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())
