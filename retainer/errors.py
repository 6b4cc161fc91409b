"""Refusals: the same page for a row of another agency and for one that never was; problem+json for programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.web.problems import problem_response

API = "/api/"


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
    if request.path.startswith(API):
        return problem_response(500, "Something broke on our side. Try again; it has been logged.", code="server_error")
    return render(None, "500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or was not ours."""
    return render(request, "403.html", {"stale_form": True}, status=403)
