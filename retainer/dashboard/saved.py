"""Saving the view of any list, renaming, sharing and deleting it."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import saved
from core.access.roles import Capability
from core.access.views import staff
from core.errors import DomainError, NotFound
from core.models import SavedView
from core.saved import FilteredList
from core.web.forms import Screen, form_page
from core.web.pages import done, refused
from core.web.saved import SaveViewForm, ViewForm


@staff(Capability.VIEW)
@require_POST
def save_view(request: HttpRequest, agency: str) -> HttpResponse:
    """Keeps what a list shows now under a name."""
    listed = _list(request.POST.get("list_name", ""))
    form = SaveViewForm(request.POST, may_share=saved.may_share())
    back = listed.address(agency, request.POST.get("query", ""))

    def save(data: dict[str, Any]) -> tuple[str, str]:
        row = saved.save_view(**data)
        return _("“%(name)s” is saved.") % {"name": row.name}, listed.address(agency, row.query)

    return form_page(request, form, Screen(_("Save this view"), _("Save view"), back), save)


@staff(Capability.VIEW)
@require_http_methods(["GET", "POST"])
def edit_view(request: HttpRequest, agency: str, view_id: uuid.UUID) -> HttpResponse:
    """Renames a view, and shares it or not."""
    row = _view(view_id)
    listed = _list(row.list_name)
    back = listed.address(agency, row.query)
    try:
        saved.own_view(view_id)
    except DomainError as error:
        return refused(request, error, back)
    initial = {"name": row.name, "shared": row.shared}
    form = ViewForm(request.POST or None, initial=initial, may_share=saved.may_share() or row.shared)

    def save(data: dict[str, Any]) -> tuple[str, str]:
        changed = saved.change_view(view_id=row.id, **({"shared": row.shared} | data))
        return _("“%(name)s” is saved.") % {"name": changed.name}, back

    return form_page(request, form, Screen(_("Change view"), _("Save view"), back), save)


@staff(Capability.VIEW)
@require_POST
def delete_view(request: HttpRequest, agency: str, view_id: uuid.UUID) -> HttpResponse:
    """Deletes a view and goes to the start of its list."""
    row = _view(view_id)
    listed = _list(row.list_name)
    try:
        saved.delete_view(view_id=row.id)
    except DomainError as error:
        return refused(request, error, listed.address(agency, row.query))
    return done(request, _("“%(name)s” is deleted.") % {"name": row.name}, listed.address(agency, ""))


def _view(view_id: uuid.UUID) -> SavedView:
    try:
        return saved.view(view_id)
    except NotFound as error:
        raise Http404 from error


def _list(name: str) -> FilteredList:
    try:
        return saved.list_called(name)
    except NotFound as error:
        raise Http404 from error
