"""What production refuses to start with: settings that would let somebody in or give something away.

Pure, so that the settings can ask it before anything else is loaded. Each refusal names its setting and says what to
do, and all of them are said at once.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypedDict
from urllib.parse import urlsplit

KINDS = ("demo", "test", "development", "production")
SIGN_UPS = ("open", "invite", "closed")
SHORTEST_SECRET, FEWEST_DIFFERENT = 50, 16
KEY_BYTES = 32
# Hexadecimal digits are enough.
SHORTEST_TOKEN, FEWEST_IN_TOKEN = 24, 8
# What stands in our examples and in Django's.
PLACEHOLDERS = ("change-me", "changeme", "django-insecure", "secret-key", "example")
HOW_TO_MAKE = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'
MAKE_KEY = 'python -c "import base64, os; print(base64.b64encode(os.urandom(32)).decode())"'


class Values(TypedDict):
    """The settings that are looked at."""

    RETAINER_ENV: str
    SIGN_UP: str
    DEBUG: bool
    SECRET_KEY: str
    ENCRYPTION_KEYS: dict[str, str]
    TOKEN_PEPPERS: dict[str, str]
    BASE_URL: str
    ALLOWED_HOSTS: list[str]
    CSRF_TRUSTED_ORIGINS: list[str]
    DATABASE_URL: str
    DATABASE_OWNER_URL: str
    METRICS_TOKEN: str
    TRUSTED_PROXY_COUNT: int
    REQUEST_SECONDS: float
    SESSION_IDLE_MINUTES: int
    SESSION_MOST_DAYS: int
    SECURITY_CONTACT: list[str]
    SECURITY_EXPIRES: str


def refusals(values: Values) -> list[str]:
    """Why these settings must not serve anybody; empty where they may."""
    return [
        *_kind(values),
        *_secret_key(values["SECRET_KEY"]),
        *_keys("ENCRYPTION_KEYS", values["ENCRYPTION_KEYS"]),
        *_keys("TOKEN_PEPPERS", values["TOKEN_PEPPERS"]),
        *_base_url(values["BASE_URL"]),
        *_hosts(values["ALLOWED_HOSTS"], values["BASE_URL"]),
        *_origins(values["CSRF_TRUSTED_ORIGINS"]),
        *_database("DATABASE_URL", values["DATABASE_URL"]),
        *_database("DATABASE_OWNER_URL", values["DATABASE_OWNER_URL"]),
        *_security_contact(values),
        *_others(values),
    ]


def unknown_words(values: Values) -> list[str]:
    """Settings with a word that means nothing, which no kind of process starts with: "prod" would be no production."""
    known = {
        "RETAINER_ENV": (values["RETAINER_ENV"], KINDS),
        "SIGN_UP": (values["SIGN_UP"], SIGN_UPS),
    }
    return [
        f"{name} is “{value}”: use one of {', '.join(words)}."
        for name, (value, words) in known.items()
        if value not in words
    ]


def _kind(values: Values) -> Iterator[str]:
    if values["DEBUG"]:
        yield "DEBUG is on: it shows settings and code to whoever meets an error. Switch it off."


def _secret_key(key: str) -> Iterator[str]:
    if len(key) < SHORTEST_SECRET:
        yield f"SECRET_KEY has {len(key)} characters: use at least {SHORTEST_SECRET} random ones ({HOW_TO_MAKE})."
    elif not _is_random(key, FEWEST_DIFFERENT):
        yield f"SECRET_KEY is not random: make one ({HOW_TO_MAKE})."


def _is_random(text: str, fewest: int) -> bool:
    return len(set(text)) >= fewest and not any(word in text.lower() for word in PLACEHOLDERS)


def _keys(name: str, keys: Mapping[str, str]) -> Iterator[str]:
    if not keys:
        yield f'{name} is empty: give it at least one key, {{"id": "base64 of 32 random bytes"}} ({MAKE_KEY}).'
    for key_id, text in keys.items():
        raw = _decoded(str(text))
        if len(raw) != KEY_BYTES:
            yield f"{name}: the key “{key_id}” is not the base64 of {KEY_BYTES} bytes. Make one ({MAKE_KEY})."
        elif len(set(raw)) < FEWEST_DIFFERENT:
            yield f"{name}: the key “{key_id}” is not random. Make one ({MAKE_KEY})."


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _base_url(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        yield f"BASE_URL is {url or 'empty'}: use the https address that people type; cookies are only safe there."
    elif parts.username or parts.path or parts.query or parts.fragment:
        yield "BASE_URL has more than a host and a port: every link in a mail begins with it. Leave the rest out."


def _hosts(hosts: Sequence[str], base_url: str) -> Iterator[str]:
    if any("*" in host for host in hosts):
        yield "ALLOWED_HOSTS has a *: name the hosts, so that nobody is served under one of theirs."
    if any(host.startswith(".") and "." not in host.strip(".") for host in hosts):
        yield "ALLOWED_HOSTS has a whole top-level domain: name the hosts, so that no stranger's is served."
    host = urlsplit(base_url).hostname or ""
    if host and not any(_allows(pattern.lower(), host) for pattern in hosts):
        yield f"ALLOWED_HOSTS lacks {host}, the host of BASE_URL: every request would be refused. Add it."


def _allows(pattern: str, host: str) -> bool:
    if pattern.startswith("."):
        return host == pattern[1:] or host.endswith(pattern)
    return pattern in (host, "*")


def _origins(origins: Sequence[str]) -> Iterator[str]:
    if any("*" in origin or not origin.startswith("https://") for origin in origins):
        yield "CSRF_TRUSTED_ORIGINS has a * or something that is not https: name each origin, https://…"


def _database(name: str, url: str) -> Iterator[str]:
    if "change-me" in url:
        yield f"{name} has the password of the example: give the role another one."


def moment(text: str) -> datetime | None:
    """The day or the moment that an operator wrote, in UTC where they named no zone; None of anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def contact_uri(contact: str) -> str:
    """A bare e-mail address as the address of a mail; anything else as it stands."""
    return contact if ":" in contact else f"mailto:{contact}"


def _security_contact(values: Values) -> Iterator[str]:
    contacts = values["SECURITY_CONTACT"]
    if contacts and moment(values["SECURITY_EXPIRES"]) is None:
        yield "SECURITY_EXPIRES is no date: say until when SECURITY_CONTACT holds, such as 2027-06-30."
    if any(
        not contact_uri(one).startswith(("mailto:", "https://", "tel:")) or len(one.split()) != 1 for one in contacts
    ):
        yield "SECURITY_CONTACT is no address: give an e-mail address or an https page."


def _others(values: Values) -> Iterator[str]:
    token = values["METRICS_TOKEN"]
    if token and len(token) < SHORTEST_TOKEN:
        yield f"METRICS_TOKEN has {len(token)} characters: use at least {SHORTEST_TOKEN} random ones, or none."
    elif token and not _is_random(token, FEWEST_IN_TOKEN):
        yield f"METRICS_TOKEN is not random: make one ({HOW_TO_MAKE}), or use none."
    elif token and token == values["SECRET_KEY"]:
        yield f"METRICS_TOKEN is the SECRET_KEY, which must never leave the processes: make another ({HOW_TO_MAKE})."
    if values["TRUSTED_PROXY_COUNT"] < 0:
        yield "TRUSTED_PROXY_COUNT is below 0: say how many proxies of yours stand in front."
    lengths = {
        "SESSION_IDLE_MINUTES": values["SESSION_IDLE_MINUTES"],
        "SESSION_MOST_DAYS": values["SESSION_MOST_DAYS"],
    }
    for name, length in lengths.items():
        if length < 1:
            yield f"{name} is below 1: say how long a session may last."
    if values["REQUEST_SECONDS"] < 0:
        yield "REQUEST_SECONDS is below 0: say how long a request may take."
