"""Which addresses a URL from the settings may lead to.

Loopback and private ranges are allowed: a model server of one's own lives there. What is refused is what no service of
a person's own has and an attacker wants: the metadata services of clouds, above all, which hand out credentials.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], list[str]]

# Metadata services outside the link-local range, by cloud: Alibaba, Azure, Oracle, AWS over IPv6.
_METADATA = frozenset(map(ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254")))
_NAT64 = ip_network("64:ff9b::/96")


class AddressRefused(Exception):  # noqa: N818 - it reads as what it is where it is raised
    """A name that leads to an address nobody may be sent to; the message says which."""


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name in the order they are to be tried; raise OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked(host: str, port: int, resolve: Resolve = resolve) -> list[str]:
    """Return the addresses of `host`, to connect to in place of the name: asked again, it might tell another.

    Raise AddressRefused where any of them is forbidden, OSError where the name has none.
    """
    addresses = resolve(host, port)
    for text in addresses:
        if any(map(_is_forbidden, _meanings(ip_address(text)))):
            raise AddressRefused(f"{host} leads to {text}, an address that is never asked")
    return addresses


def _meanings(address: Address) -> Iterator[Address]:
    """Yield the address, and the IPv4 address that it wraps, where it does."""
    yield address
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            yield address.ipv4_mapped
        if address.sixtofour:
            yield address.sixtofour
        if address in _NAT64:
            yield IPv4Address(int(address) & 0xFFFFFFFF)


def _is_forbidden(address: Address) -> bool:
    # IPv6's loopback lies in a range that counts as reserved.
    reserved = address.is_reserved and not address.is_loopback
    return address.is_link_local or address.is_multicast or address.is_unspecified or reserved or address in _METADATA
