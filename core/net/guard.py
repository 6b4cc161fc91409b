"""Which addresses may be reached: public ones, and what the operator has allowed one agency by exact host and port.

The same judgement is made twice: on the URL when it is saved, for a clear message, and on the address of the socket
when it is opened, because a name may resolve to something else by then. There is no switch that turns it off.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Iterable[str]]

MOST_URL_CHARACTERS = 1000
SCHEMES = {"http": 80, "https": 443}
# Ports on which something other than a web server listens: a request there could be taken for its own protocol.
REFUSED_PORTS = frozenset(
    {*range(1, 80), *range(81, 443), *range(444, 1024), 1433, 1521, 2049, 2375, 2379, 3306, 3389, 5432, 5672, 5900}
    | {5984, 6379, 6443, 9042, 9200, 10250, 11211, 15672, 27017}
)

# What ``is_global`` lets through although it leads, or may lead, somewhere private.
_REFUSED_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fec0::/10",
        "::/96",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "3fff::/20",
        # Inside Azure this public address is the host that hands out credentials.
        "168.63.129.16/32",
    )
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """An exact host and port that one agency may reach although the address is not public."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class ParsedTarget:
    """A URL that passed: its host in ASCII and its port."""

    url: str
    host: str
    port: int


class TargetRefused(Exception):
    """The URL may not be used. ``code`` is for programs, ``message`` for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def gettext_noop(message: str) -> str:
    """Marks a message for translation; the caller translates it in the reader's language."""
    return message


@lru_cache(maxsize=10_000)
def is_public(text: str) -> bool:
    """True for an address that every part of the world may talk to. Every embedded IPv4 address counts as itself."""
    try:
        address = ipaddress.ip_address(text.split("%", 1)[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return is_public(str(mapped))
    if any(address.version == network.version and address in network for network in _REFUSED_NETWORKS):
        return False
    # An interface id of the form ::5efe:a.b.c.d or ::200:5efe:a.b.c.d (ISATAP) tunnels to the address it embeds.
    if address.version == 6 and (int(address) >> 32) & 0xFDFF_FFFF == 0x0000_5EFE:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def resolve(host: str, port: int) -> list[str]:
    """Every address the name has, as the system's resolver sees it now. It also reads 127.1, 0x7f.1 and 2130706433."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return sorted({str(entry[4][0]) for entry in found})


def check_url(url: str, allowances: Collection[Allowance] = (), resolver: Resolver = resolve) -> ParsedTarget:
    """The parts of a URL that may be used; raises TargetRefused with what to change.

    A name that does not resolve now is refused too, so that a typo is found while the form is open.
    """
    target = _parse(url)
    if Allowance(target.host, target.port) in allowances:
        return target
    if target.port in REFUSED_PORTS:
        raise TargetRefused("port", gettext_noop("This port is not one that web servers use. Choose another port."))
    try:
        addresses = list(resolver(target.host, target.port))
    except (OSError, UnicodeError):
        raise TargetRefused("dns", gettext_noop("This name does not resolve. Check the spelling.")) from None
    if not addresses or not all(is_public(address) for address in addresses):
        raise TargetRefused("address", gettext_noop("This address is not public, so it cannot be reached from here."))
    return target


def _parse(url: str) -> ParsedTarget:
    if len(url) > MOST_URL_CHARACTERS:
        raise TargetRefused("length", gettext_noop("This address is too long. Use at most 1,000 characters."))
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise TargetRefused("characters", gettext_noop("An address has no spaces, backslashes or control characters."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise TargetRefused(
            "syntax", gettext_noop("This is not a web address. Write it like https://example.com/health.")
        ) from None
    if parts.scheme not in SCHEMES:
        raise TargetRefused("scheme", gettext_noop("Write the address with https:// or http:// in front."))
    if "@" in parts.netloc:
        raise TargetRefused(
            "userinfo", gettext_noop("Take the name and password out of the address; use the authorization field.")
        )
    if not parts.hostname:
        raise TargetRefused(
            "syntax", gettext_noop("This address has no host. Write it like https://example.com/health.")
        )
    if port == 0:
        raise TargetRefused("port", gettext_noop("Port 0 does not exist. Choose another port."))
    return ParsedTarget(url, _ascii(parts.hostname), port or SCHEMES[parts.scheme])


def _ascii(host: str) -> str:
    """The host as the network writes it: lower case, IDNA, without the root's dot."""
    if ":" in host:
        return host
    try:
        ascii_host = host.encode("idna").decode().lower()
    except UnicodeError:
        raise TargetRefused("host", gettext_noop("This host name cannot exist. Check the spelling.")) from None
    if "%" in ascii_host or not ascii_host.strip("."):
        raise TargetRefused("host", gettext_noop("This host name cannot exist. Check the spelling."))
    return ascii_host.rstrip(".")
