"""Client address, scheme and host name of requests that come through a proxy.

Code behind this module reads `scope["client"]` and `scope["scheme"]`, never a header that a client may have written.
"""

import logging
from collections.abc import Callable, MutableMapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from tamis import log
from tamis.actions.local_protocol import PATH as LOCAL
from tamis.settings import Settings
from tamis.web.http import App, Receive, Scope, Send, send_response
from tamis.web.log_throttle import LogThrottle
from tamis.web.monitoring.routes import HEALTH, METRICS, READY
from tamis.web.segment_api.errors import failure

X_FORWARDED_FOR, X_FORWARDED_PROTO = b"x-forwarded-for", b"x-forwarded-proto"
FORWARDED = frozenset((X_FORWARDED_FOR, X_FORWARDED_PROTO, b"x-forwarded-host", b"x-real-ip", b"forwarded"))
"""The headers that proxies write. The last three are not read: a proxy that does not know one passes on what the client
wrote."""
ANY_HOST_PATHS = frozenset((LOCAL, HEALTH, READY, METRICS))
"""Paths for the machine itself and for monitors, which may use any host name."""
MAX_ADDRESS_LENGTH = 80
"""The length of an IPv6 address with zone and port."""
HOUR_SECONDS = 3600.0
NOT_THIS_HOST = "This host name is not allowed; TAMIS_HOSTS lists the allowed ones."

IsTrusted = Callable[[str], bool]


def with_proxy_headers(app: App, settings: Settings) -> App:
    """Wrap an application: take the client from the headers of trusted proxies, answer 421 for other host names than
    its own, and send HSTS over HTTPS."""
    trusts = make_trust_check(settings.trusted_proxies)
    hsts = f"max-age={int(settings.hsts.total_seconds())}".encode() if settings.hsts else b""
    ignored, refused = LogThrottle(HOUR_SECONDS), LogThrottle(HOUR_SECONDS)

    async def app_behind_proxy(scope: Scope, receive: Receive, send: Send) -> None:
        headers = scope["headers"]
        forwarded = [header for header in headers if header[0] in FORWARDED]
        if forwarded:
            peer = scope["client"][0] if scope.get("client") else ""
            if trusts(peer):
                values = [value for name, value in forwarded if name == X_FORWARDED_FOR]
                scope["client"] = (resolve_client(peer, values, trusts), 0)
                scope["scheme"] = _scheme(forwarded, scope["scheme"])
            elif ignored.is_due(peer):
                log.event(
                    "forwarded_headers_ignored", level=logging.WARNING, address=peer, setting="TAMIS_TRUSTED_PROXIES"
                )
        if settings.hosts and scope["path"] not in ANY_HOST_PATHS:
            host = parse_host([value for name, value in headers if name == b"host"])
            if host not in settings.hosts:
                if refused.is_due(host):
                    log.event("host_refused", level=logging.WARNING, host=host[:255], setting="TAMIS_HOSTS")
                await send_response(failure(421, NOT_THIS_HOST), send)
                return
        await app(scope, receive, _with_hsts(send, hsts) if hsts and scope["scheme"] == "https" else send)

    return app_behind_proxy


def resolve_client(peer: str, forwarded_for: Sequence[bytes], trusts: IsTrusted) -> str:
    """Return the address of the client: of the machine nearest to the server that is not a trusted proxy.

    Each proxy appends the address of its peer to `X-Forwarded-For`; anything to the left of the first untrusted address
    may be forged. The search ends at an entry that is not an address.
    """
    address = peer
    for entry in reversed(b",".join(forwarded_for).decode("latin-1").split(",")):
        if not trusts(address):
            break
        found = parse_address(entry)
        if found is None:
            break
        address = found
    return address


def parse_address(text: str) -> str | None:
    """Return an IP address in canonical form without port and zone, or None; IPv4-mapped IPv6 becomes IPv4."""
    text = text.strip()
    return _parse_short(text) if len(text) <= MAX_ADDRESS_LENGTH else None


@lru_cache(4_096)
def _parse_short(text: str) -> str | None:
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def parse_host(values: Sequence[bytes]) -> str:
    """Return the name in a Host header in lower case without port; empty unless there is exactly one header."""
    if len(values) != 1:
        return ""
    text = values[0].decode("latin-1").strip().lower()
    name = text.partition("]")[0] + "]" if text.startswith("[") else text.partition(":")[0]
    return name.removesuffix(".")


def make_trust_check(networks: Sequence[IPv4Network | IPv6Network]) -> IsTrusted:
    """Return a function that says whether an address belongs to a trusted proxy."""

    @lru_cache(1_000)
    def trusts(text: str) -> bool:
        found = parse_address(text)
        return found is not None and any(ip_address(found) in network for network in networks)

    return trusts


def _scheme(forwarded: Sequence[tuple[bytes, bytes]], scheme: str) -> str:
    """Return the scheme that the nearest proxy names, which is the last one, or else that of the connection."""
    last = (
        b",".join(value for name, value in forwarded if name == X_FORWARDED_PROTO).rpartition(b",")[2].strip().lower()
    )
    return last.decode() if last in (b"http", b"https") else scheme


def _with_hsts(send: Send, hsts: bytes) -> Send:
    async def send_with_hsts(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), (b"strict-transport-security", hsts)]}
        await send(message)

    return send_with_hsts
