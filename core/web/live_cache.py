"""Open pages that ask every second and a half whether they still stand, answered without asking for everything anew.

A page's version is made of marks: small reads that change when what the page shows changes. Once the whole way in
(session, rights, scope, view) has answered "unchanged", this process remembers for two minutes which marks that answer
was made of, for this very session and address. Until then it answers from the marks alone, and reads each of them at
most every 0.4 s for everybody. Whatever has changed goes the whole way in again, so that this wall can say nothing
but "nothing new", and says it to nobody who was not let in within the last two.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, parse_cookie

from core.tenancy.context import SYSTEM, Scope, require_scope
from core.tenancy.scope import portal_scope, tenant_scope

# How old a mark may be. A page asks every 1.5 s, so that what it shows is never older than two.
FRESH_SECONDS = 0.4
LET_IN_SECONDS = 120.0
MOST_KEPT = 20_000
MOST_QUERY, MOST_SESSION = 500, 64

VersionToken = tuple[Callable[..., str], tuple[Hashable, ...]]
MembershipView = tuple[str, Any, Any]


@dataclass(frozen=True, slots=True)
class _Standing:
    """A version that was told, whose it is, what it is made of, and until when its asker counts as let in."""

    version: str
    place: MembershipView
    tokens: tuple[VersionToken, ...]
    until: float


@dataclass(slots=True)
class _Read:
    """What a mark said, until when that is fresh, and whether somebody has asked for it since it was read."""

    value: str
    until: float
    asked: bool = False


_standing: dict[tuple[str, str], _Standing] = {}
_read: dict[MembershipView, dict[VersionToken, _Read]] = {}


def version_of(request: HttpRequest, *tokens: Callable[..., str] | VersionToken) -> str:
    """The page's version from its marks, read now in the scope: functions, or pairs of a function and its arguments."""
    made = tuple(token if isinstance(token, tuple) else (token, ()) for token in tokens)
    request.made_of = (_place(require_scope()), made)  # type: ignore[attr-defined]
    return ".".join(function(*arguments) for function, arguments in made)


def remember(request: HttpRequest, version: str) -> None:
    """Notes that this session was told at this address that the version still stands."""
    made_of = getattr(request, "made_of", None)
    key = _key(request.META)
    # Whom Django let in, and not what else stands among the cookies.
    if made_of is None or key is None or key[0] != request.session.session_key:
        return
    if len(_standing) >= MOST_KEPT:
        # It costs each open page one ordinary answer.
        forget()
    place, tokens = made_of
    _standing[key] = _Standing(version, place, tokens, time.monotonic() + LET_IN_SECONDS)


def forget() -> None:
    """Lets everybody in anew."""
    _standing.clear()
    _read.clear()


def in_front_of(application: WSGIApplication) -> WSGIApplication:
    """Answers 204 to a live part that still stands, before a request of Django's is made: making it costs the most."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not still_stands(environ):
            return application(environ, start_response)
        start_response("204 No Content", [("Cache-Control", "no-store, private")])
        return []

    return answer


def still_stands(environ: WSGIEnvironment) -> bool:
    """Whether this request asks for a live part that its session was told of, and that nothing has changed since."""
    if "HTTP_HX_REQUEST" not in environ or environ["REQUEST_METHOD"] != "GET":
        return False
    key = _key(environ)
    known = _standing.get(key) if key else None
    if known is None or key is None:
        return False
    if known.until < time.monotonic():
        _standing.pop(key, None)
        return False
    try:
        return _read_tokens(known) == known.version
    except DatabaseError:
        # The whole way in says what is wrong, on a connection of its own.
        connection.close()
        return False


def _key(environ: WSGIEnvironment) -> tuple[str, str] | None:
    """Session and address. The version is a part of the address, so that who is known by it asks for it."""
    query, cookies = environ.get("QUERY_STRING", ""), environ.get("HTTP_COOKIE", "")
    # Read by Django's own reader: of two cookies with one name it believes the last.
    session = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, "") if "v=" in query else ""
    # A key is kept for two minutes; what no page of ours would ask for is not worth its room.
    if not session or len(query) > MOST_QUERY or len(session) > MOST_SESSION:
        return None
    return session, f"{environ['PATH_INFO']}?{query}"


def _place(scope: Scope) -> MembershipView:
    return scope.kind, scope.agency_id, scope.client_id


def _read_tokens(known: _Standing) -> str:
    at, kept = time.monotonic(), _read.setdefault(known.place, {})
    found = [kept.get(token) for token in known.tokens]
    for one in found:
        if one is not None:
            one.asked = True
    if any(one is None or one.until < at for one in found):
        kept.update(_read_anew(known.place, _stale(known.tokens, kept, at), at + FRESH_SECONDS))
    return ".".join(kept[token].value for token in known.tokens)


def _stale(tokens: Iterable[VersionToken], kept: Mapping[VersionToken, _Read], at: float) -> list[VersionToken]:
    """Those of these marks that are too old, and with them what others of the place will ask for at once: entering the
    scope costs more than reading a mark, and pages that lie open share most of theirs."""
    shared = [token for token, one in list(kept.items()) if one.asked and one.until < at]
    return [*shared, *(token for token in tokens if token not in kept)]


def _read_anew(place: MembershipView, tokens: Iterable[VersionToken], until: float) -> dict[VersionToken, _Read]:
    kind, agency_id, client_id = place
    entered = portal_scope(agency_id, client_id, actor=SYSTEM) if kind == "portal" else tenant_scope(agency_id)
    with entered:
        return {token: _Read(token[0](*token[1]), until) for token in tokens}
