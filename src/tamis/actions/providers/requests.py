"""Requests of providers: what all services have in common to verify and read them."""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Network, ip_address

import msgspec

from tamis.domain.providers import RefusalReason, Service

MAX_BODY = 4 * 1_048_576
"""The largest body of a request: the largest batches of the services have less than one megabyte."""
MAX_REPORTS = 10_000
"""The most reports of a request: they are stored in one transaction, while others wait."""
CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far the clock of a service may be ahead."""
CREDENTIAL_HEADER = "x-tamis-credential"
"""The header with which a service proves itself if it can send headers of its own."""
DOCUMENTED_NETWORKS: Mapping[Service, tuple[IPv4Network, ...]] = {
    Service.BREVO: (IPv4Network("1.179.112.0/20"), IPv4Network("172.246.240.0/20")),
}
"""The networks from which services say that their requests come."""


class RequestRefused(Exception):
    """A request is not what the service sends: nothing of it is used."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ProviderRequest:
    """A request with its header names in lower case, when it came, and from which address."""

    body: bytes = field(repr=False)
    at: datetime
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    address: str | None = None

    def header(self, name: str) -> str:
        """Return a header, trimmed, or an empty text."""
        return self.headers.get(name, "").strip()

    def content(self) -> object:
        """Decode the body; raises RequestRefused."""
        return decode_json(self.body)


def decode_json(content: bytes | str) -> object:
    """Decode JSON; raises RequestRefused."""
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise RequestRefused(RefusalReason.NOT_JSON) from None


def require_object(value: object) -> Mapping[str, object]:
    """Return a value that must be an object; raises RequestRefused."""
    if not isinstance(value, dict):
        raise RequestRefused(RefusalReason.OTHER_FORMAT)
    return value


def require_recent(signed_at: datetime | None, now: datetime, max_age: timedelta) -> None:
    """Raise RequestRefused for a signed instant that is too long ago, in the future, or not readable."""
    if signed_at is None or not now - max_age <= signed_at <= now + CLOCK_TOLERANCE:
        raise RequestRefused(RefusalReason.TIMESTAMP_OLD)


def require_credential(request: ProviderRequest, credential: str) -> None:
    """Raise RequestRefused unless a request has the credential, if one is set: as user and password, as a bearer token,
    or in a header of its own."""
    if not credential:
        return
    expected = credential.encode()
    scheme, _, sent = request.header("authorization").partition(" ")
    accepted = {
        "basic": base64.b64encode(expected),
        "bearer": expected,
    }.get(scheme.lower())
    if accepted is not None and hmac.compare_digest(sent.strip().encode(), accepted):
        return
    if not hmac.compare_digest(request.header(CREDENTIAL_HEADER).encode(), expected):
        raise RequestRefused(RefusalReason.CREDENTIAL_WRONG)


def require_documented_address(request: ProviderRequest, service: Service) -> None:
    """Raise RequestRefused unless a request comes from the networks that its service documents."""
    try:
        found = ip_address(request.address or "")
    except ValueError:
        raise RequestRefused(RefusalReason.ADDRESS_OTHER) from None
    address = getattr(found, "ipv4_mapped", None) or found  # of a server that listens on IPv6 addresses, too
    if not any(address in network for network in DOCUMENTED_NETWORKS[service]):
        raise RequestRefused(RefusalReason.ADDRESS_OTHER)
