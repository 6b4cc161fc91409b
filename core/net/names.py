"""What the DNS says of a name: asked of the resolvers of this machine, or of those that the operator names."""

from __future__ import annotations

from django.conf import settings
from dns.exception import DNSException
from dns.nameserver import Do53Nameserver
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

# For all servers and tries of one question together.
SECONDS = 3.0


class NoWord(Exception):
    """Nobody could say whether there is such a record: not the same as that there is none."""


def txt_records(name: str) -> list[str]:
    """The TXT records of a name; none where it has none. Raises NoWord."""
    try:
        answer = _resolver().resolve(name, "TXT", lifetime=SECONDS, search=False)
    except (NXDOMAIN, NoAnswer):
        return []
    except (DNSException, OSError, UnicodeError) as error:
        raise NoWord(type(error).__name__) from error
    return [b"".join(record.strings).decode(errors="replace") for record in answer]


def _resolver() -> Resolver:
    resolver = Resolver(configure=not settings.DNS_SERVERS)
    if settings.DNS_SERVERS:
        resolver.nameservers = [_server(text) for text in settings.DNS_SERVERS]
    return resolver


def _server(text: str) -> Do53Nameserver:
    """``192.0.2.53`` or ``192.0.2.53:5353``, ``[2001:db8::53]`` or ``[2001:db8::53]:5353``."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, "53"
    return Do53Nameserver(host.strip("[]"), int(port))
