"""What is done to a check's address before it is stored, and before anybody reads it."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from core.net.guard import MOST_URL_CHARACTERS, TargetRefused, gettext_noop

_SECRET_NAME = re.compile(r"(?i)key|token|secret|sig|pass|pwd|auth|credential|session|code|jwt")
# A long run of letters and digits in a path is a secret more often than a name.
_SECRET_SEGMENT = re.compile(r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_\-]{24,}")
HIDDEN = "***"


def shown_url(url: str) -> str:
    """The address without what could be a secret: user and password, such parameters, long tokens in the path."""
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return HIDDEN
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{HIDDEN}@{host}" if "@" in parts.netloc else host
    path = _SECRET_SEGMENT.sub(HIDDEN, parts.path)
    shown = "&".join(f"{quote(name)}={HIDDEN if _is_secret(name, value) else quote(value)}" for name, value in query)
    return urlunsplit((parts.scheme, netloc, path, shown, ""))


def _is_secret(name: str, value: str) -> bool:
    return bool(_SECRET_NAME.search(name) or _SECRET_SEGMENT.fullmatch(value))


def stored_url(url: str, host: str) -> str:
    """The address as the network writes it: ``host`` in ASCII, everything else percent-encoded, no fragment.

    Raises TargetRefused where it is too long like that: a letter beyond ASCII is up to twelve characters then.
    """
    parts = urlsplit(url)
    name = f"[{host}]" if ":" in host else host
    netloc = name if parts.port is None else f"{name}:{parts.port}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    written = urlunsplit((parts.scheme, netloc, path, query, ""))
    if len(written) > MOST_URL_CHARACTERS:
        message = gettext_noop("As the network writes it, this address is longer than 1,000 characters.")
        raise TargetRefused("length", message)
    return written
