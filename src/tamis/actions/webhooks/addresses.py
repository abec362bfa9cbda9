"""Which network addresses webhooks may be delivered to: public ones, and those that the operator lists.

A server that sends requests to addresses of others must not reach what only it can reach (server-side request forgery).
The lists follow the registries of special-purpose addresses of IANA. They are written out, because what the standard
library calls global differs between its versions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NOT_PUBLIC_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by the customers of a provider (CGNAT)
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, with the metadata services of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, with the broadcast address
    )
)
PUBLIC_V6 = IPv6Network("2000::/3")
"""Global unicast. Outside of it are loopback, link-local, unique local and multicast addresses, and those that have an
IPv4 address inside: mapped (::ffff:0:0/96), compatible (::/96) and translated ones (64:ff9b::/96)."""
NOT_PUBLIC_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, with Teredo
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)


def is_public(address: Address) -> bool:
    """Return whether an address is the same everywhere, and not only in this machine or its networks."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_V4)
    is_global = address in PUBLIC_V6 and not any(address in network for network in NOT_PUBLIC_V6)
    return is_global and address.scope_id is None


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Decides about addresses; `exceptions` are the networks that the operator allows in addition."""

    exceptions: tuple[Network, ...] = ()

    def is_exception(self, address: Address) -> bool:
        """Return whether the operator allows an address. IPv4 addresses inside of IPv6 ones must be listed as such."""
        if isinstance(address, IPv6Address) and address.scope_id is not None:
            return False
        return any(address in network for network in self.exceptions if network.version == address.version)

    def allows(self, address: Address) -> bool:
        """Return whether webhooks may be delivered to an address."""
        return is_public(address) or self.is_exception(address)

    def allows_all(self, addresses: Iterable[Address], *, plain: bool = False) -> bool:
        """Return whether webhooks may be delivered to each of some addresses; `plain` is without encryption, which only
        exceptions allow."""
        return all(map(self.is_exception if plain else self.allows, addresses))
