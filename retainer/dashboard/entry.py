"""Ways in: where a person lands after signing in, starting an agency, taking up an invitation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypedDict

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from clients import selectors as clients
from clients import services as client_services
from core.access.roles import Role
from core.access.views import account, public
from core.errors import DomainError
from core.models import Agency, Invitation, User
from core.selectors import agency, memberships_of
from core.services import accept_invitation, allow_agency, find_invitation
from core.tenancy import Actor, tenant_scope
from core.web.forms import Screen, form_page
from core.web.pages import put_on_form
from retainer.accounts.adapter import INVITATION_KEY
from retainer.dashboard.forms import AcceptForm, AgencyStartForm
from retainer.onboarding import open_agency
from retainer.ui.brand import stylesheet
from retainer.viewer import person_of

if TYPE_CHECKING:
    from clients.models import Client

_COLOUR = re.compile(r"[0-9a-f]{6}")


class About(TypedDict):
    """Who invites whom to what."""

    invitation: Invitation
    agency: Agency
    client: Client | None
    known_as: str
    inviter: str
    role: str | Promise


@account
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The one place a person belongs to, or the choice between several, or how to begin."""
    user = person_of(request)
    staff = [
        (place.name, reverse("dashboard:home", args=[place.slug]), _("Staff")) for place in memberships_of(user.id)
    ]
    portals = [
        (place.client_name, reverse("portal:home", args=[place.agency_slug, place.client_slug]), place.agency_name)
        for place in clients.portal_places_of(user.id)
    ]
    places = staff + portals
    if len(places) == 1:
        return redirect(places[0][1])
    if not places and settings.SIGN_UP == "open":
        return redirect("start")
    return render(request, "entry/choose.html", {"places": places})


@account
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Starts an agency, where the operator lets people do so."""
    if settings.SIGN_UP != "open":
        raise Http404
    form = AgencyStartForm(request.POST or None)
    screen = Screen(title=_("Start your agency"), submit=_("Start agency"), back="", template="entry/form.html")

    def save(data: dict[str, str]) -> tuple[str, str]:
        allow_agency(person_of(request))
        opened = open_agency(owner=person_of(request), **data)
        return _("%(name)s is ready. Add your first client.") % {"name": opened.name}, reverse(
            "dashboard:home", args=[opened.slug]
        )

    return form_page(request, form, screen, save)


@public
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Takes up an invitation: signs in or up first, then joins with the invited address and no other."""
    found = find_invitation(token)
    if found is None:
        return render(request, "entry/invitation_gone.html", status=404)
    request.session[INVITATION_KEY] = found.digest
    about = _about(found)
    if not request.user.is_authenticated:
        return render(request, "entry/invitation.html", about)
    user = request.user
    form = AcceptForm(
        request.POST if request.method == "POST" else None,
        user=user,
        known_as=about["known_as"],
        zone=about["agency"].time_zone,
    )
    joined = _join(request, token, form) if request.method == "POST" and form.is_valid() else None
    context = {**about, "form": form, "user": user}
    return joined or render(request, "entry/invitation.html", context, status=422 if form.errors else 200)


def _about(found: Invitation) -> About:
    """Who invites whom to what: for whoever holds the link, who has read the same in the mail."""
    with tenant_scope(found.agency_id):
        contact = clients.contact(found.contact_id) if found.contact_id else None
        client = clients.client(contact.client_id) if contact else None
        house = agency()
    return {
        "invitation": found,
        "agency": house,
        "client": client,
        "known_as": contact.name if contact else "",
        "inviter": found.invited_by.get_full_name() if found.invited_by else "",
        "role": Role(found.role).label if found.role else "",
    }


def _join(request: HttpRequest, token: str, form: AcceptForm) -> HttpResponse | None:
    """Joins, or says why not; None where the form says it."""
    try:
        with transaction.atomic():
            _accept(person_of(request), token, form.cleaned_data)
    except DomainError as error:
        if error.field in form.fields:
            put_on_form(form, error)
            return None
        messages.error(request, error.message)
        return render(request, "entry/invitation_gone.html", {"reason": error.message}, status=403)
    request.session.pop(INVITATION_KEY, None)
    messages.success(request, _("You have joined."))
    return redirect("home")


def _accept(user: User, token: str, said: dict[str, str]) -> None:
    accepted = accept_invitation(token=token, user=user, **said)
    if accepted.contact_id:
        with tenant_scope(accepted.agency_id, actor=Actor("contact", user.id)):
            client_services.link_contact(contact_id=accepted.contact_id, user_id=user.id)


@public
@require_GET
def brand(request: HttpRequest, colour: str) -> HttpResponse:
    """The stylesheet of one brand colour. It depends on the address alone, so it may be kept for ever."""
    if not _COLOUR.fullmatch(colour):
        raise Http404
    response = HttpResponse(stylesheet(f"#{colour}"), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
