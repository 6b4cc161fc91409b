"""Pages of clients, contacts and systems."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clients import permissions, selectors, services
from clients.content import SystemFields
from clients.forms import ClientFields, ClientForm, ContactFields, ContactForm, GoLiveForm, SystemForm
from core.access.views import staff
from core.errors import DomainError
from core.selectors import agency as own_agency
from core.selectors import members
from core.web.exports import csv_file
from core.web.forms import Screen, as_it_is, form_page
from core.web.pages import done, listed, page, refused


@staff(permissions.SEE)
@require_GET
def client_list(request: HttpRequest, agency: str) -> HttpResponse:
    """Every client, by name; ``?q=`` narrows."""
    words = request.GET.get("q", "").strip()
    state = "archived" if request.GET.get("state") == "archived" else ""
    rows = selectors.clients(archived=bool(state))
    if words:
        rows = rows.filter(name__icontains=words)
    choices = [("", _("In use")), ("archived", _("Archived"))]
    context = {
        "page": listed(request, rows),
        "q": words,
        "state": state,
        "filters": [{"name": "state", "label": _("State"), "value": state, "choices": choices}],
        "breadcrumbs": [{"label": _("Clients"), "url": ""}],
    }
    return page(request, "clients/list.html", context, part="clients/_list.html")


@staff(permissions.SEE)
@require_GET
def export(request: HttpRequest, agency: str) -> HttpResponse:
    """The list as CSV."""
    rows = selectors.clients()
    header = ["name", "slug", "time_zone", "country", "live_at", "created_at"]
    return csv_file("clients", header, ([getattr(row, name) for name in header] for row in rows))


@staff(permissions.CHANGE_CLIENTS)
@require_http_methods(["GET", "POST"])
def new_client(request: HttpRequest, agency: str) -> HttpResponse:
    """A new client."""
    back = reverse("clients:list", args=[agency])

    def save(data: ClientFields) -> tuple[str, str]:
        row = services.create_client(**data)
        return _("%(name)s added. Add the first AI system.") % {"name": row.name}, _client_url(agency, row.slug)

    form = ClientForm(request.POST or None, initial={"time_zone": own_agency().time_zone})
    return form_page(
        request, form, Screen(_("New client"), _("Add client"), back, breadcrumbs=_crumbs(agency, _("New"))), save
    )


@staff(permissions.CHANGE_CLIENTS)
@require_http_methods(["GET", "POST"])
def edit_client(request: HttpRequest, agency: str, client: str) -> HttpResponse:
    """Changes a client."""
    row = selectors.client_by_slug(client)
    back = _client_url(agency, client)

    def save(data: ClientFields) -> tuple[str, str]:
        changed = services.update_client(client_id=row.id, **data)
        return _("Saved."), _client_url(agency, changed.slug)

    form = ClientForm(request.POST or None, initial=as_it_is(ClientForm, row))
    return form_page(
        request, form, Screen(_("Edit client"), _("Save client"), back, breadcrumbs=_crumbs(agency, row.name)), save
    )


@staff(permissions.CHANGE_CLIENTS)
@require_http_methods(["GET", "POST"])
def go_live(request: HttpRequest, agency: str, client: str) -> HttpResponse:
    """Switches on mail to this client's people, after saying who will get it."""
    row = selectors.client_by_slug(client)
    back = _client_url(agency, client)

    def save(_data: dict[str, object]) -> tuple[str, str]:
        services.go_live(client_id=row.id)
        return _("%(name)s is live. Its people now get mail about published incidents.") % {"name": row.name}, back

    people = ", ".join(f"{contact.name} <{contact.email}>" for contact in selectors.contacts(row.id)) or _("nobody yet")
    screen = Screen(
        title=_("Go live with %(name)s") % {"name": row.name},
        submit=_("Go live"),
        back=back,
        help=_("From now on mail goes to: %(people)s.") % {"people": people},
        breadcrumbs=_crumbs(agency, row.name),
    )
    return form_page(request, GoLiveForm(request.POST or None), screen, save)


@staff(permissions.CHANGE_CLIENTS)
@require_http_methods(["GET", "POST"])
def new_contact(request: HttpRequest, agency: str, client: str) -> HttpResponse:
    """A new contact of the client."""
    row = selectors.client_by_slug(client)
    back = _client_url(agency, client)

    def save(data: ContactFields) -> tuple[str, str]:
        contact = services.create_contact(client_id=row.id, **data)
        return _("%(name)s added.") % {"name": contact.name}, back

    screen = Screen(_("New contact"), _("Add contact"), back, breadcrumbs=_crumbs(agency, row.name))
    return form_page(request, ContactForm(request.POST or None), screen, save)


@staff(permissions.CHANGE_CLIENTS)
@require_http_methods(["GET", "POST"])
def edit_contact(request: HttpRequest, agency: str, client: str, contact_id: uuid.UUID) -> HttpResponse:
    """Changes a contact."""
    row = selectors.client_by_slug(client)
    contact = next((one for one in selectors.contacts(row.id) if one.id == contact_id), None)
    if contact is None:
        raise Http404
    back = _client_url(agency, client)

    def save(data: ContactFields) -> tuple[str, str]:
        services.update_contact(contact_id=contact.id, **data)
        return _("Saved."), back

    screen = Screen(_("Edit contact"), _("Save contact"), back, breadcrumbs=_crumbs(agency, row.name))
    return form_page(request, ContactForm(request.POST or None, initial=as_it_is(ContactForm, contact)), screen, save)


@staff(permissions.CHANGE_CLIENTS)
@require_POST
def invite_contact(request: HttpRequest, agency: str, client: str, contact_id: uuid.UUID) -> HttpResponse:
    """Sends a contact the link with which they open the portal."""
    row = selectors.client_by_slug(client)
    back = _client_url(agency, client)
    contact = next((one for one in selectors.contacts(row.id) if one.id == contact_id), None)
    if contact is None:
        raise Http404
    try:
        services.invite_contact(contact_id=contact.id)
    except DomainError as error:
        return refused(request, error, back)
    return done(request, _("Invitation sent to %(email)s.") % {"email": contact.email}, back)


@staff(permissions.CHANGE_SYSTEMS)
@require_http_methods(["GET", "POST"])
def new_system(request: HttpRequest, agency: str, client: str) -> HttpResponse:
    """A new AI system of the client."""
    row = selectors.client_by_slug(client)

    def save(data: SystemFields) -> tuple[str, str]:
        system = services.create_system(client_id=row.id, **data)
        to = reverse("dashboard:system", args=[agency, row.slug, system.slug])
        return _("%(name)s added. Add a check, so that we can watch it.") % {"name": system.name}, to

    form = SystemForm(request.POST or None, people=_people())
    screen = Screen(
        _("New AI system"), _("Add system"), _client_url(agency, client), breadcrumbs=_crumbs(agency, row.name)
    )
    return form_page(request, form, screen, save)


@staff(permissions.CHANGE_SYSTEMS)
@require_http_methods(["GET", "POST"])
def edit_system(request: HttpRequest, agency: str, client: str, system: str) -> HttpResponse:
    """Changes an AI system."""
    row = selectors.system_by_slugs(client, system)
    back = reverse("dashboard:system", args=[agency, client, system])

    def save(data: SystemFields) -> tuple[str, str]:
        services.update_system(system_id=row.id, **data)
        return _("Saved."), back

    form = SystemForm(request.POST or None, initial=as_it_is(SystemForm, row), people=_people())
    screen = Screen(_("Edit AI system"), _("Save system"), back, breadcrumbs=_crumbs(agency, row.name))
    return form_page(request, form, screen, save)


def _client_url(agency: str, slug: str) -> str:
    return reverse("dashboard:client", args=[agency, slug])


def _people() -> list[tuple[str, str]]:
    return [(str(member.user_id), str(member.user)) for member in members()]


def _crumbs(agency: str, label: str) -> list[dict[str, str]]:
    return [{"label": _("Clients"), "url": reverse("clients:list", args=[agency])}, {"label": label, "url": ""}]
