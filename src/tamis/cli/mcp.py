"""`tamis mcp`."""

import ipaddress
import os
import secrets
from functools import partial
from typing import Annotated, Literal

from cyclopts import Parameter

from tamis.cli.common import Common, print_notice
from tamis.domain.errors import Invalid, Problem, Unavailable

KEY_VARIABLE = "TAMIS_MCP_KEY"


def mcp(
    *,
    url: str | None = None,
    write: Annotated[bool, Parameter(negative="")] = False,
    show_contacts: Literal["none", "masked", "full"] = "none",
    http: str | None = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Serve assistants over the Model Context Protocol, on standard input and output or over HTTP.

    Parameters
    ----------
    url
        Address of a Tamis server, whose secret key is in TAMIS_SECRET_KEY; without it, the data directory is used.
    write
        Also let assistants create and edit segments.
    show_contacts
        What assistants see of contacts: none (counts and IDs), masked (no texts, emails such as m***@example.org), or
        full.
    http
        Serve over HTTP at HOST:PORT of this machine, for clients that send the key in TAMIS_MCP_KEY.
    """
    from tamis.cli.api_client import open_client, refuse_api_errors
    from tamis.mcp.http import serve_http
    from tamis.mcp.privacy import ShownContacts
    from tamis.mcp.server import make_server

    address = None if http is None else loopback_address(http)
    opener = partial(open_client, common, url)
    with refuse_api_errors(), opener() as client:
        client.account.get()  # so that a wrong key or directory is refused now, not when an assistant asks
    server = make_server(opener, ShownContacts(show_contacts), write=write)
    if address is None:
        server.run()
        return
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key:
        key = secrets.token_urlsafe(32)
        print_notice(f"The key of this server, until it stops: {key}")
    host, port = address
    try:
        serve_http(server, host, port, key, lambda shown: print_notice(f"Listening on {shown}"))
    except OSError as error:
        raise Unavailable("cannot_listen", host=host, port=port, reason=error.strerror) from None


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
