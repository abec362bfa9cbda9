"""`tamis mcp`."""

import ipaddress
import os
import secrets
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from tamis.cli.client.remote import Remote
from tamis.cli.common import Common, print_notice
from tamis.domain.errors import Invalid, Problem, Unavailable

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

    from tamis.client import Tamis

KEY_VARIABLE = "TAMIS_MCP_KEY"


def mcp(
    *,
    write: Annotated[bool, Parameter(negative="")] = False,
    show_contacts: Literal["none", "masked", "full"] = "none",
    http: str | None = None,
    remote: Remote = Remote(),  # noqa: B008  frozen
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Connect assistants over the Model Context Protocol, on standard input and output or over HTTP.

    Parameters
    ----------
    write
        Also let assistants create and edit segments.
    show_contacts
        What assistants see of contacts: none (counts and IDs), masked (no texts, emails such as m***@example.org), or
        full.
    http
        Serve over HTTP at HOST:PORT of this machine, for clients that send the key in TAMIS_MCP_KEY.
    """
    from tamis.cli.client.api_client import open_client
    from tamis.mcp.privacy import ShownContacts
    from tamis.mcp.server import make_server

    address = None if http is None else loopback_address(http)
    with ExitStack() as stack:
        client = stack.enter_context(remote.client(common))
        client.account.get()  # so that a wrong key or directory is refused now, not when an assistant asks
        if remote.url is None:
            stack.close()  # other commands may use the data directory between two calls

        def opened() -> AbstractContextManager["Tamis"]:
            return open_client(common, None) if remote.url is None else nullcontext(client)

        server = make_server(opened, ShownContacts(show_contacts), write=write)
        if address is None:
            server.run()
        else:
            _serve_http(server, *address)


def _serve_http(server: "MCPServer[Any]", host: str, port: int) -> None:
    from tamis.mcp.http import serve_http

    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key:
        key = secrets.token_urlsafe(32)
        print_notice(f"The key of this server, until it stops: {key}")
    try:
        serve_http(server, host, port, key, lambda shown: print_notice(f"Listening on {shown}"))
    except OSError as error:
        raise Unavailable("cannot_listen_for_assistants", host=host, port=port, reason=error.strerror) from None


def loopback_address(text: str) -> tuple[str, int]:
    """Read HOST:PORT of this machine; raises Invalid."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (port.isascii() and port.isdigit()) or not _is_loopback(host):
        raise Invalid([Problem("--http", "not_a_loopback_address", text=text)])
    return host, int(port)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
