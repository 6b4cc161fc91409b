"""Every error as an RFC 9457 problem, with one list of what is wrong with which field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from rest_framework import exceptions

from core.errors import Conflict, DomainError, Forbidden, NotFound, TooMany
from core.web.limits import MOST_ERRORS
from core.web.problems import problem_response

if TYPE_CHECKING:
    from rest_framework.views import APIView

# What is wrong, as DRF nests it: a text, or some of them by field or by place.
Detail: TypeAlias = str | Sequence["Detail"] | Mapping[str, "Detail"]


class Context(TypedDict, total=False):
    """What DRF tells its exception handler, as far as it is read."""

    view: APIView


STATUS: dict[type[DomainError], int] = {NotFound: 404, Conflict: 409, Forbidden: 403, TooMany: 429}


def problem(error: Exception, context: Context) -> HttpResponse | None:
    """DRF's exception handler; None leaves a bug to the 500 page and the log."""
    if isinstance(error, DomainError):
        return _domain(error, context.get("view"))
    if isinstance(error, Http404):
        return problem_response(404, "There is nothing here.", code="not_found")
    if isinstance(error, PermissionDenied):
        return problem_response(403, "This token may not do this.", code="forbidden")
    if isinstance(error, exceptions.ValidationError):
        # Nobody reads twenty thousand, and an answer is not to be larger than what was sent.
        fields = list(islice(_fields(error.detail), MOST_ERRORS))
        return problem_response(400, "Some fields need your attention.", code="invalid", errors=fields)
    if isinstance(error, exceptions.APIException):
        return _framework(error)
    return None


def _domain(error: DomainError, view: APIView | None) -> HttpResponse:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    if status == 404:
        # The same answer as for another agency's row, whatever the service called it.
        return problem_response(404, "There is nothing here.", code="not_found")
    more = {"errors": [{"field": _sent_as(error.field, view), "message": error.message}]} if error.field else {}
    response = problem_response(status, error.message, code=error.code, **more)
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.wait)
    return response


def _sent_as(field: str, view: APIView | None) -> str:
    """The service's word for an input, turned back into the one that the caller sent."""
    body = getattr(view, "bodies", {}).get(getattr(view, "action", None))
    names = {declared.source: name for name, declared in body().fields.items()} if body else {}
    return str(names.get(field, field))


def _framework(error: exceptions.APIException) -> HttpResponse:
    response = problem_response(error.status_code, str(error.detail), code=str(error.default_code))
    wait = getattr(error, "wait", None)
    if wait is not None:
        response["Retry-After"] = str(max(1, round(wait)))
    return response


def _fields(detail: Detail, path: str = "") -> Iterator[dict[str, str | None]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _fields(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list) and any(isinstance(inner, (Mapping, list)) for inner in detail):
        for place, inner in enumerate(detail):
            yield from _fields(inner, f"{path}[{place}]")
    elif isinstance(detail, list):
        yield {"field": path or None, "message": " ".join(str(inner) for inner in detail)}
    else:
        yield {"field": path or None, "message": str(detail)}
