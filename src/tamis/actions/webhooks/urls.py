"""The URLs of webhooks: parsed once and strictly, so that what was checked is what is connected to."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from urllib.parse import urlsplit

from tamis.actions.webhooks.addresses import Address, AddressPolicy
from tamis.domain.errors import ValueProblem
from tamis.domain.webhooks import MAX_URL_LENGTH

PORTS = {"https": 443, "http": 80}
PRINTABLE = re.compile(r"[!-~]+")
LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
HOST = re.compile(rf"(?=.{{1,253}}\Z){LABEL}(\.{LABEL})*\.?")
ENDS_WITH_NUMBER = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)\.?")
"""A host whose last label is a number is an IPv4 address in one of its spellings, as in the URL Standard."""
LOCAL_NAMES = re.compile(r"(.*\.)?(localhost|local|internal|home\.arpa|localdomain)\.?")
"""Names that lead to the machine itself or to its network by convention."""


@dataclass(frozen=True, slots=True)
class WebhookUrl:
    """A parsed URL: `target` is its path with its query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def is_secure(self) -> bool:
        """Whether requests are encrypted."""
        return self.scheme == "https"

    @property
    def host_header(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def address(self) -> Address | None:
        """The address of a host that is not a name."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None


def parse_url(text: str) -> WebhookUrl:
    """Parse the URL of a webhook; raises ValueProblem."""
    if len(text) > MAX_URL_LENGTH:
        raise ValueProblem("webhook_url_too_long", most=MAX_URL_LENGTH)
    if not PRINTABLE.fullmatch(text) or "\\" in text:
        raise ValueProblem("webhook_url_characters" if text else "webhook_url_scheme")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueProblem("webhook_url_not_valid") from None
    if parts.scheme not in PORTS:
        raise ValueProblem("webhook_url_scheme")
    if "@" in parts.netloc:
        raise ValueProblem("webhook_url_with_credentials")
    if "#" in text:
        raise ValueProblem("webhook_url_with_fragment")
    host = parts.hostname or ""
    if parts.netloc.startswith("["):
        _require_ipv6(host)
    elif not HOST.fullmatch(host):
        raise ValueProblem("webhook_url_host" if host else "webhook_url_not_valid")
    elif ENDS_WITH_NUMBER.fullmatch(host):
        _require_ipv4(host)
    if port == 0 or parts.netloc.endswith(":"):
        raise ValueProblem("webhook_url_not_valid")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebhookUrl(parts.scheme, host, port or PORTS[parts.scheme], target)


def check_url(text: str, policy: AddressPolicy) -> None:
    """Refuse a URL that cannot be delivered to, as far as it shows without looking up its name; raises
    ValueProblem."""
    url = parse_url(text)
    if url.address is None:
        if not policy.exceptions and LOCAL_NAMES.fullmatch(url.host):
            raise ValueProblem("webhook_url_private")
        is_plain_allowed = bool(policy.exceptions)
    else:
        if not policy.allows(url.address):
            raise ValueProblem("webhook_url_private")
        is_plain_allowed = policy.is_exception(url.address)
    if not url.is_secure and not is_plain_allowed:
        raise ValueProblem("webhook_url_not_secure")


def _require_ipv4(host: str) -> None:
    """Refuse the spellings of IPv4 addresses that programs read in different ways, such as 0x7f.1 and 127.1."""
    try:
        IPv4Address(host)
    except ValueError:
        raise ValueProblem("webhook_url_address_spelling") from None


def _require_ipv6(host: str) -> None:
    try:
        if "%" in host or ip_address(host).version != 6:
            raise ValueError
    except ValueError:
        raise ValueProblem("webhook_url_host") from None
