"""Browsers in which somebody has signed in before, so that who guesses at an account from many addresses slows down
strangers and not its owner.

A browser that signed in, or that followed a link to a new password, carries a signed name of its own and marks of the
addresses that it signed in with. Failed tries of all other browsers count for the account together; its own count for
itself. Whoever is kept out in a browser that is not known asks for a new password: the link makes it known.
"""

from __future__ import annotations

import secrets
from typing import TypedDict

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

SALT = "retainer.known browser"
LASTS = 60 * 60 * 24 * 180
MOST_ACCOUNTS = 5


class Known(TypedDict):
    """What a known browser carries: its own name, and the marks of the addresses that it signed in with."""

    name: str
    of: list[str]


def name_of(request: HttpRequest, email: str) -> str:
    """The name of this browser where it is known to the account of this address, else empty."""
    kept = _read(request)
    return kept["name"] if _mark(email) in kept["of"] else ""


def remember(request: HttpRequest, response: HttpResponseBase, email: str) -> None:
    """Makes the browser known to this account, by a cookie. Beside the last few others it signed in with."""
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE,
        signing.dumps(_with(_read(request), email), salt=SALT),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def remember_here(request: HttpRequest, email: str) -> None:
    """Makes the browser known for as long as this session lasts, where no answer of ours can carry a cookie."""
    request.session[SALT] = _with(_read(request), email)


def _with(kept: Known, email: str) -> Known:
    others = [mark for mark in kept["of"] if mark != _mark(email)]
    return {"name": kept["name"], "of": [*others, _mark(email)][-MOST_ACCOUNTS:]}


def _read(request: HttpRequest) -> Known:
    kept: Known | None = request.session.get(SALT)
    if kept is None:
        try:
            signed: Known = signing.loads(
                request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE, ""), salt=SALT, max_age=LASTS
            )
        except signing.BadSignature:
            return {"name": secrets.token_hex(8), "of": []}
        return signed
    return kept


def _mark(email: str) -> str:
    # No address is read in the cookie by whoever uses the browser next.
    return salted_hmac(SALT, email.strip().lower()).hexdigest()[:24]
