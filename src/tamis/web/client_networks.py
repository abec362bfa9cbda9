"""The network of a client, for limits that count by address."""

import ipaddress

IPV6_PREFIX = 64
"""A single IPv6 client controls all addresses of a network of this size."""


def client_network(host: str) -> str:
    """Return the address that limits count: an IPv4 address itself, or the /64 network of an IPv6 address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:  # a local socket has no address
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
        address = address.ipv4_mapped
    return str(address)
