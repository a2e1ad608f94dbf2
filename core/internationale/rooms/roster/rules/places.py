"""Where the address of a hub leads, as far as it is written: pure. What a name is looked up to, nobody knows before.

A hub on one machine, or in a network that sections share, is what many begin with. But the list is one for everybody, and such an
address is another place for each: so whoever signs the list, and each host, is told.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import urlsplit

from internationale.events.roster import Hub
from internationale.kit import Message, marker

_ = marker("core")

_GATEWAY = ipaddress.ip_network("64:ff9b::/96")
"""NAT64 (RFC 6052): the last four bytes are the address that is meant."""
_INSIDE = ("local", "internal", "localdomain", "lan", "home", "intranet", "private")
"""Ends of names that stand for nothing out in the world."""


class Place(StrEnum):
    """``LINK``: addresses that machines give themselves, under which clouds tell a machine who it is, and its secrets."""

    WORLD = "world"
    MACHINE = "machine"
    NETWORK = "network"
    LINK = "link"


_TOLD = {
    Place.MACHINE: _(
        "The address %(url)s (%(hub)s) means the very machine that connects to it: each section reaches what runs on its own."
        " That is right only where all sections are on one machine."
    ),
    Place.NETWORK: _(
        "The address %(url)s (%(hub)s) lies inside a network: each section reaches what has this address in its own. That is"
        " right only where all sections share that network."
    ),
    Place.LINK: _(
        "The address %(url)s (%(hub)s) is none of a hub: machines give themselves such addresses, and clouds tell them their"
        " secrets there. No section connects to it."
    ),
}


def place(url: str) -> Place:
    """Where an address leads."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return Place.WORLD  # nothing connects to it either
    number = _number(host)
    if number is not None:
        return of_number(number)
    if host == "localhost" or host.endswith(".localhost"):
        return Place.MACHINE
    return Place.WORLD if "." in host and host.rpartition(".")[2] not in _INSIDE else Place.NETWORK


def of_number(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Place:
    """The same of an address in numbers, also where it stands for another one (of IPv4, behind a gateway)."""
    if isinstance(number, ipaddress.IPv6Address):
        behind = ipaddress.IPv4Address(int(number) % 2**32) if number in _GATEWAY else None
        if (inner := behind or number.ipv4_mapped or number.sixtofour) is not None:
            return of_number(inner)
    if number.is_link_local:
        return Place.LINK
    if number.is_loopback or number.is_unspecified:
        return Place.MACHINE
    return Place.WORLD if number.is_global and not number.is_multicast else Place.NETWORK


def inside(url: str, hub: str) -> Message | None:
    """What to say of an address of a hub that is another place for each section; None: it is one out in the world."""
    told = _TOLD.get(place(url))
    return None if told is None else told % {"url": url, "hub": hub}


def insides(hubs: Iterable[Hub]) -> tuple[Message, ...]:
    """The same of all addresses of these hubs."""
    found = (inside(url, hub.id) for hub in hubs for url in hub.urls)
    return tuple(told for told in found if told is not None)


def reachable(hub: Hub) -> tuple[str, ...]:
    """The addresses of a hub to which sections connect."""
    return tuple(url for url in hub.urls if place(url) is not Place.LINK)


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The number that a host is written as; also in the spellings that systems take besides (``127.1``, ``0x7f000001``)."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    if re.fullmatch(r"[0-9a-fx.]+", host) is None:
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None
