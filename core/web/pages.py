"""What every page shares: page or part, the 204 of a live part, clean errors on forms, lists by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from core.errors import DomainError
from core.web.live_cache import remember

PER_PAGE = 50
Row = TypeVar("Row")


def wants_part(request: HttpRequest) -> bool:
    """True where htmx asks for a piece of the page: not for a boosted link, nor for going back in history."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page(
    request: HttpRequest, template: str, context: Mapping[str, object], *, part: str = "", status: int = 200
) -> HttpResponse:
    """Renders the page, or its part where htmx asks for it; the page includes the same part template."""
    chosen = part if part and wants_part(request) else template
    return render(request, chosen, dict(context), status=status)


def unchanged(request: HttpRequest, version: str) -> HttpResponse | None:
    """The 204 for a live part whose ``?v=`` is still the version, else None."""
    if wants_part(request) and request.GET.get("v") == version:
        remember(request, version)
        return HttpResponse(status=204)
    return None


def put_on_form(form: Form, error: DomainError) -> None:
    """Shows a service's error beside the field it belongs to; everything typed stays."""
    # A form may take a value in other words than the service: "5 min" where the service wants seconds.
    field = getattr(form, "stands_for", {}).get(error.field, error.field)
    form.add_error(field if field in form.fields else None, error.message)


def done(request: HttpRequest, message: str, to: str, *, undo: str = "") -> HttpResponse:
    """Says what was done and goes on; ``undo`` is where a POST takes it back."""
    messages.success(request, message, extra_tags=f"undo:{undo}" if undo else "")
    return go(request, to)


def refused(request: HttpRequest, error: DomainError, to: str) -> HttpResponse:
    """Says why something could not be done and goes back."""
    messages.error(request, error.message)
    return go(request, to)


def go(request: HttpRequest, to: str) -> HttpResponse:
    """A redirect that works for htmx too."""
    if getattr(request, "htmx", None):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = to
        return response
    return redirect(to)


def listed(request: HttpRequest, rows: QuerySet[Model, Row] | Sequence[Row], per_page: int = PER_PAGE) -> Page[Row]:
    """The page of rows that ``?page=`` asks for; a wrong number shows the nearest page."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))
