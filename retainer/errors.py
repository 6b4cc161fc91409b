"""Refusals: the same page for a row of another agency and for one that never was; problem+json for programs."""

from __future__ import annotations

import sys

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import deadline
from core.deadline import TimeIsUp
from core.web.problems import problem_response

API = "/api/"
# PostgreSQL's words for a statement, a lock and a standing transaction that took too long.
CUT = {"57014", "55P03", "25P03"}

log = structlog.get_logger("request")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, identical for what is missing and for what belongs to somebody else."""
    if request.path.startswith(API):
        return problem_response(404, "There is nothing here.", code="not_found")
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the person belongs here and their role does not reach this far."""
    return render(request, "403.html", status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request itself is broken."""
    if request.path.startswith(API):
        return problem_response(400, "This request cannot be read.", code="invalid")
    return render(request, "400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Says so without details and touches the database no more."""
    if is_cut(sys.exc_info()[1]):
        return too_slow(request)
    if request.path.startswith(API):
        return problem_response(500, "Something broke on our side. Try again; it has been logged.", code="server_error")
    return render(None, "500.html", status=500)


def is_cut(error: BaseException | None) -> bool:
    """Whether this is the end of somebody's time: our own deadline, or a limit of the database."""
    return isinstance(error, TimeIsUp) or getattr(error.__cause__ if error else None, "pgcode", None) in CUT


def too_slow(request: HttpRequest) -> HttpResponse:
    """503: it took longer than a request may, or waited too long for somebody else. Nothing of it is kept."""
    # The answer may be written, however late it is.
    deadline.lift()
    log.warning("a request was cut", path=request.path, method=request.method)
    if request.path.startswith(API):
        detail = _("This took too long and was given up; nothing was changed. Try again, or ask for less at once.")
        response = problem_response(503, detail, code="too_slow")
    else:
        response = render(None, "503.html", status=503)
    response["Retry-After"] = "5"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or was not ours."""
    return render(request, "403.html", {"stale_form": True}, status=403)
