"""Ways in: where a person lands after signing in, starting an agency, taking up an invitation."""

from __future__ import annotations

import re
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from clients import selectors as clients
from clients import services as client_services
from core.access.views import account, public
from core.errors import DomainError
from core.models import User
from core.selectors import places_of
from core.services import accept_invitation, allow_agency, find_invitation
from core.tenancy import Actor, tenant_scope
from core.ui.brand import stylesheet
from core.web.forms import Screen, form_page
from retainer.accounts.adapter import INVITATION_KEY
from retainer.dashboard.forms import AgencyStartForm
from retainer.onboarding import open_agency

_COLOUR = re.compile(r"[0-9a-f]{6}")


@account
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The one place a person belongs to, or the choice between several, or how to begin."""
    user = cast(User, request.user)
    staff = [(place.name, reverse("dashboard:home", args=[place.slug]), _("Staff")) for place in places_of(user.id)]
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
        allow_agency(cast(User, request.user))
        agency = open_agency(owner=cast(User, request.user), **data)
        return _("%(name)s is ready. Add your first client.") % {"name": agency.name}, reverse(
            "dashboard:home", args=[agency.slug]
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
    if not request.user.is_authenticated:
        return render(request, "entry/invitation.html", {"invitation": found, "signed_in": False})
    if request.method == "GET":
        return render(request, "entry/invitation.html", {"invitation": found, "signed_in": True})
    return _accept(request, token)


def _accept(request: HttpRequest, token: str) -> HttpResponse:
    user = cast(User, request.user)
    try:
        accepted = accept_invitation(token=token, user=user)
        if accepted.contact_id:
            with tenant_scope(accepted.agency_id, actor=Actor("contact", user.id)):
                client_services.link_contact(contact_id=accepted.contact_id, user_id=user.id)
    except DomainError as error:
        messages.error(request, error.message)
        return render(request, "entry/invitation_gone.html", {"reason": error.message}, status=403)
    request.session.pop(INVITATION_KEY, None)
    messages.success(request, _("You have joined."))
    return redirect("home")


@public
@require_GET
def brand(request: HttpRequest, colour: str) -> HttpResponse:
    """The stylesheet of one brand colour. It depends on the address alone, so it may be kept for ever."""
    if not _COLOUR.fullmatch(colour):
        raise Http404
    response = HttpResponse(stylesheet(f"#{colour}"), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
