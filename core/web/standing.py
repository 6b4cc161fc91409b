"""Open pages that ask every second and a half whether they still stand, answered without asking for everything anew.

A page's version is made of marks: small reads that change when what the page shows changes. Once the whole way in
(session, rights, scope, view) has answered "unchanged", this process remembers for a minute which marks that answer
was made of, for this very session and address. Until then it answers from the marks alone, and reads each of them at
most twice a second for everybody. Whatever has changed goes the whole way in again, so that this wall can say nothing
but "nothing new", and says it to nobody who was not let in within the last minute.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core.tenancy.context import SYSTEM, Scope, require_scope
from core.tenancy.scope import portal_scope, tenant_scope

# How old a mark may be. A page asks every 1.5 s, so that what it shows is never older than two.
FRESH_SECONDS = 0.4
LET_IN_SECONDS = 60.0
MOST_KEPT = 20_000

Mark = tuple[Callable[..., str], tuple[Any, ...]]
Place = tuple[str, Any, Any]
Next = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True, slots=True)
class _Standing:
    """A version that was told, whose it is, what it is made of, and until when its asker counts as let in."""

    version: str
    place: Place
    marks: tuple[Mark, ...]
    until: float


_standing: dict[tuple[str, str], _Standing] = {}
_read: dict[tuple[Place, Mark], tuple[str, float]] = {}


def version_of(request: HttpRequest, *marks: Callable[..., str] | Mark) -> str:
    """The page's version from its marks, read now in the scope: functions, or pairs of a function and its arguments."""
    made = tuple(mark if isinstance(mark, tuple) else (mark, ()) for mark in marks)
    request.made_of = (_place(require_scope()), made)  # type: ignore[attr-defined]
    return ".".join(function(*arguments) for function, arguments in made)


def remember(request: HttpRequest, version: str) -> None:
    """Notes that this session was told at this address that the version still stands."""
    made_of = getattr(request, "made_of", None)
    key = _key(request)
    if made_of is None or key is None:
        return
    if len(_standing) >= MOST_KEPT:
        # It costs each open page one ordinary answer.
        forget()
    place, marks = made_of
    _standing[key] = _Standing(version, place, marks, time.monotonic() + LET_IN_SECONDS)


def forget() -> None:
    """Lets everybody in anew."""
    _standing.clear()
    _read.clear()


class StandingMiddleware:
    """Answers 204 to a live part that still stands. First of all, because everything else costs more than it does."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_HX_REQUEST" in request.META and request.method == "GET" and self._stands(request):
            return HttpResponse(status=204, headers={"Cache-Control": "no-store, private"})
        return self.get_response(request)

    @staticmethod
    def _stands(request: HttpRequest) -> bool:
        key = _key(request)
        known = _standing.get(key) if key else None
        if known is None or key is None:
            return False
        if known.until < time.monotonic() or request.GET.get("v") != known.version:
            _standing.pop(key, None)
            return False
        return _read_marks(known) == known.version


def _key(request: HttpRequest) -> tuple[str, str] | None:
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return (session, request.get_full_path()) if session and "v" in request.GET else None


def _place(scope: Scope) -> Place:
    return scope.kind, scope.agency_id, scope.client_id


def _read_marks(known: _Standing) -> str:
    at = time.monotonic()
    found = [_read.get((known.place, mark)) for mark in known.marks]
    if all(one is not None and one[1] >= at for one in found):
        return ".".join(one[0] for one in found if one is not None)
    kind, agency_id, client_id = known.place
    entered = portal_scope(agency_id, client_id, actor=SYSTEM) if kind == "portal" else tenant_scope(agency_id)
    with entered:
        values = [function(*arguments) for function, arguments in known.marks]
    for mark, value in zip(known.marks, values, strict=True):
        _read[known.place, mark] = (value, at + FRESH_SECONDS)
    return ".".join(values)
