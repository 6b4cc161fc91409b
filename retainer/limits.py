"""How long a request may take: a deadline that work asks for, limits of the database, and a last resort.

Three walls, each for what passes the one before: a statement ends at PostgreSQL's limit (`core.tenancy.limits`); work
of many steps ends between two of them once the time is over, because each statement, each chunk of a calendar and each
event of a clock asks; and a process in which something never asks is retired. Whoever is cut gets a 503 that says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from core import deadline
from core.tenancy import limits
from core.web.in_flight import InFlight
from retainer.errors import is_cut, too_slow

P = ParamSpec("P")
R = TypeVar("R")
Next = Callable[[HttpRequest], HttpResponse]
# How much longer than a request may take something may go on before its process is given up.
LAST_RESORT_SECONDS = 30.0
# The way back must stay open when the time is over.
_WAY_BACK = ("ROLLBACK", "RELEASE", "SAVEPOINT")

_in_flight = InFlight(0)


def use_for_web() -> None:
    """The limits of a process that answers requests, from now on. For the two applications that servers load."""
    limits.use(
        statement=settings.WEB_STATEMENT_TIMEOUT,
        idle_in_transaction=settings.WEB_IDLE_TIMEOUT,
        lock=settings.WEB_LOCK_TIMEOUT,
    )
    _in_flight.most = settings.REQUEST_SECONDS and settings.REQUEST_SECONDS + LAST_RESORT_SECONDS


class TimeLimitMiddleware:
    """Gives each request its time, and whoever ran out of it an answer."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seconds = settings.REQUEST_SECONDS
        with (
            _in_flight.answering(request.path),
            deadline.limited_to(seconds),
            connection.execute_wrapper(_within_the_time),
        ):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer to a request that took too long; what else went wrong is not ours to answer."""
        return too_slow(request) if is_cut(exception) else None


def _within_the_time(execute: Callable[Concatenate[str, P], R], sql: str, *more: P.args, **named: P.kwargs) -> R:
    if not str(sql).startswith(_WAY_BACK):
        deadline.check()
    return execute(sql, *more, **named)
