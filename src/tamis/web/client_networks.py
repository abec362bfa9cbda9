"""Whose address it is, for limits that count by address."""

import ipaddress

IPV6_PREFIX = 64
"""An IPv6 client has all addresses of such a network."""


def client_network(host: str) -> str:
    """Return whose address this is: the address itself, of IPv6 the network of 64 bits in which it is."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:  # a socket of the machine has none
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
        address = address.ipv4_mapped
    return str(address)
