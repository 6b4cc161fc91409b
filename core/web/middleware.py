"""Every request gets an id, and every answer the headers that keep it private."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from core.garbage import collect_by_weight
from core.web.limits import MOST_BYTES
from core.web.problems import problem_response

log = structlog.get_logger("request")
Next = Callable[[HttpRequest], HttpResponse]
_GOOD_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")


class RequestIdMiddleware:
    """Binds a request id to every log line of the request and returns it to the caller."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request.request_id = given if _GOOD_ID.fullmatch(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.request_id)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        if not request.path.startswith(("/static/", "/livez", "/readyz")):
            log.info("request", method=request.method, path=request.path, status=response.status_code)
        return response


class BodyLimitMiddleware:
    """Refuses a body that is too large by what it says of itself, before anything of it is read or kept.

    gunicorn gives nothing of a body that does not say how long it is, and no more of one than it says.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        size = _announced(request)
        if size <= MOST_BYTES:
            collect_by_weight(size + sum(len(value) for value in request.META.values() if isinstance(value, str)))
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return problem_response(413, _("Send at most 1 MiB at once."), code="too_large")
        raise RequestDataTooBig


def _announced(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


class SecurityHeadersMiddleware:
    """No shared cache and no Back button may show what somebody who was signed in saw."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store, private"
        patch_vary_headers(response, ["HX-Request"])
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response
