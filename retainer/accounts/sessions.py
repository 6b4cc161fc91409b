"""How long a session lasts: so long after the last thing that somebody did in it, and so long altogether.

Its end by idleness is Django's own: each act moves the expiry of the session's row and of its cookie. A page that lies
open and asks whether it still stands does nothing of that kind.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest

from core.clock import now
from core.web.pages import wants_part

BEGAN, SEEN = "began", "seen"
# One write a minute, however much somebody does.
NOTED_EVERY = 60


def is_alive(request: HttpRequest) -> bool:
    """Whether somebody is signed in and may stay so. Ends a session that is over, and notes that one is used."""
    if not request.user.is_authenticated:
        return False
    session, at = request.session, now().timestamp()
    if BEGAN not in session:
        session[BEGAN] = at
    if at - session[BEGAN] > settings.SESSION_MOST_DAYS * 86_400:
        logout(request)
        return False
    if at - session.get(SEEN, 0) >= NOTED_EVERY and not _asks_by_itself(request):
        session[SEEN] = at
    return True


def _asks_by_itself(request: HttpRequest) -> bool:
    """A live part, which the page asks for without anybody there."""
    return wants_part(request) and "v" in request.GET
