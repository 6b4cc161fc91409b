"""Pages of the improvement backlog."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backlog import permissions, selectors, services
from backlog.content import ItemFields
from backlog.forms import ItemForm, MoveForm
from backlog.words import BacklogState
from core.access.views import staff
from core.errors import DomainError
from core.web.forms import Screen, as_it_is, form_page
from core.web.pages import done, listed, page, refused
from incidents import selectors as incidents


@staff(permissions.SEE)
@require_GET
def backlog(request: HttpRequest, agency: str) -> HttpResponse:
    """Every item, most valuable first."""
    context = {"page": listed(request, selectors.items()), "breadcrumbs": [{"label": _("Backlog"), "url": ""}]}
    return page(request, "backlog/list.html", context, part="backlog/_list.html")


@staff(permissions.CHANGE_ITEMS)
@require_http_methods(["GET", "POST"])
def from_incident(request: HttpRequest, agency: str, number: int) -> HttpResponse:
    """Turns what an incident taught into an item."""
    incident = incidents.incident_by_number(number)
    back = reverse("dashboard:incident", args=[agency, number])
    screen = Screen(
        title=_("Backlog item from %(reference)s") % {"reference": incident.reference},
        submit=_("Add to backlog"),
        back=back,
        breadcrumbs=[{"label": incident.reference, "url": back}, {"label": _("New backlog item"), "url": ""}],
    )

    def save(data: ItemFields) -> tuple[str, str]:
        services.create_from_incident(incident_id=incident.id, **data)
        return _("Added to the backlog."), reverse("backlog:list", args=[agency])

    return form_page(request, ItemForm(request.POST or None), screen, save)


@staff(permissions.CHANGE_ITEMS)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, agency: str, item_id: uuid.UUID) -> HttpResponse:
    """Changes an item and its score."""
    item = selectors.item(item_id)
    back = reverse("backlog:list", args=[agency])

    def save(data: ItemFields) -> tuple[str, str]:
        services.update_item(item_id=item.id, **data)
        return _("Saved."), back

    form = ItemForm(request.POST or None, initial=as_it_is(ItemForm, item))
    crumbs = [{"label": _("Backlog"), "url": back}, {"label": item.title, "url": ""}]
    screen = Screen(_("Backlog item"), _("Save item"), back, breadcrumbs=crumbs, template="backlog/item.html")
    screen.more.update(item=item, steps=_steps(item.state))
    return form_page(request, form, screen, save)


@staff(permissions.CHANGE_ITEMS)
@require_POST
def move(request: HttpRequest, agency: str, item_id: uuid.UUID) -> HttpResponse:
    """Moves an item along."""
    back = reverse("backlog:list", args=[agency])
    form = MoveForm(request.POST)
    if not form.is_valid():
        return page(
            request, "forms/page.html", {"form": form, "screen": Screen(_("Move"), _("Move item"), back)}, status=422
        )
    item = selectors.item(item_id)
    try:
        services.move_item(item_id=item.id, state=form.cleaned_data["state"])
    except DomainError as error:
        return refused(request, error, back)
    return done(request, _("Moved."), back)


def _steps(state: str) -> list[tuple[str, str]]:
    """The states that may follow, onwards first, and what the button to each says."""
    order = BacklogState.values
    return [
        (value, _("Move to “%(state)s”") % {"state": BacklogState(value).label})
        for value in reversed(order)
        if value in services.NEXT[state]
    ]
