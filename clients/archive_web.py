"""Pages by which clients, systems and contacts go out of use and come back."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clients import archiving, permissions, selectors, services
from clients.holders import Archivable, Hold, holds_on
from clients.models import AISystem, Client, Contact
from core.access.views import staff
from core.errors import DomainError
from core.web.pages import done, page, refused

# Where each noun that holds a row is found.
PAGES = {"retainer": "agreements:retainer", "incident": "dashboard:incident"}


@staff(permissions.CHANGE_CLIENTS)
@require_http_methods(["GET", "POST"])
def archive_client(request: HttpRequest, agency: str, client: str) -> HttpResponse:
    """Says what archiving a client does and what keeps it from it, and does it."""
    row = selectors.client_by_slug(client)
    back = reverse("dashboard:client", args=[agency, client])
    if request.method == "GET":
        effect = _("Its systems are no longer watched, and nobody there can open the portal. All of its history stays.")
        return _ask(request, agency, "client", row, effect, back)
    undo = reverse("clients:restore", args=[agency, client])
    return _act(request, lambda: archiving.archive_client(client_id=row.id), _archived(row), back, undo)


@staff(permissions.CHANGE_CLIENTS)
@require_POST
def restore_client(request: HttpRequest, agency: str, client: str) -> HttpResponse:
    """Brings a client back with the systems that were archived with it."""
    row = selectors.client_by_slug(client)
    back = reverse("dashboard:client", args=[agency, client])
    return _act(request, lambda: archiving.restore_client(client_id=row.id), _restored(row), back)


@staff(permissions.CHANGE_SYSTEMS)
@require_http_methods(["GET", "POST"])
def archive_system(request: HttpRequest, agency: str, client: str, system: str) -> HttpResponse:
    """Says what archiving a system does and what keeps it from it, and does it."""
    row = selectors.system_by_slugs(client, system)
    back = reverse("dashboard:system", args=[agency, client, system])
    if request.method == "GET":
        effect = _("It is no longer watched and stands in no list. Its checks, values and incidents stay.")
        return _ask(request, agency, "system", row, effect, back)
    undo = reverse("clients:restore_system", args=[agency, client, system])
    return _act(request, lambda: archiving.archive_system(system_id=row.id), _archived(row), back, undo)


@staff(permissions.CHANGE_SYSTEMS)
@require_POST
def restore_system(request: HttpRequest, agency: str, client: str, system: str) -> HttpResponse:
    """Brings a system back."""
    row = selectors.system_by_slugs(client, system)
    back = reverse("dashboard:system", args=[agency, client, system])
    return _act(request, lambda: archiving.restore_system(system_id=row.id), _restored(row), back)


@staff(permissions.CHANGE_CLIENTS)
@require_POST
def end_contact(request: HttpRequest, agency: str, client: str, contact_id: uuid.UUID) -> HttpResponse:
    """Takes a person off the client's contacts and out of the portal."""
    row = _contact(client, contact_id)
    back = reverse("dashboard:client", args=[agency, client])
    undo = reverse("clients:restore_contact", args=[agency, client, contact_id])
    said = _("%(name)s removed. They can no longer open the portal.") % {"name": row.name}
    return _act(request, lambda: services.end_contact(contact_id=row.id), said, back, undo)


@staff(permissions.CHANGE_CLIENTS)
@require_POST
def restore_contact(request: HttpRequest, agency: str, client: str, contact_id: uuid.UUID) -> HttpResponse:
    """Takes the removal of a person back."""
    row = _contact(client, contact_id)
    back = reverse("dashboard:client", args=[agency, client])
    return _act(request, lambda: archiving.restore_contact(contact_id=row.id), _restored(row), back)


def _ask(
    request: HttpRequest, agency: str, kind: Archivable, row: Client | AISystem, effect: str, back: str
) -> HttpResponse:
    holds = [(hold, _address(agency, hold)) for hold in holds_on(kind, row.id)]
    context: dict[str, object] = {"row": row, "effect": effect, "holds": holds, "back": back}
    context["breadcrumbs"] = [{"label": row.name, "url": back}, {"label": _("Archive"), "url": ""}]
    return page(request, "clients/archive.html", context)


def _address(agency: str, hold: Hold) -> str:
    return reverse(PAGES[hold.noun], args=[agency, hold.key])


def _act(request: HttpRequest, act: Callable[[], object], said: str, back: str, undo: str = "") -> HttpResponse:
    try:
        act()
    except DomainError as error:
        return refused(request, error, back)
    return done(request, said, back, undo=undo)


def _archived(row: Client | AISystem) -> str:
    return _("%(name)s archived.") % {"name": row.name}


def _restored(row: Client | AISystem | Contact) -> str:
    return _("%(name)s is back.") % {"name": row.name}


def _contact(client: str, contact_id: uuid.UUID) -> Contact:
    contact = selectors.contact(contact_id)
    if contact.client_id != selectors.client_by_slug(client).id:
        raise Http404
    return contact
