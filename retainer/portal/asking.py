"""A contact asks us to look again at a wait: the one thing on this page that writes, and the portal does not."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from clients import selectors as clients
from clients.selectors import PortalPlace
from core.access.roles import Right
from core.access.views import account
from core.errors import DomainError, NotFound
from core.selectors import agency as own_agency
from core.web.pages import put_on_form
from core.web.signed import sign, unsign
from incidents import selectors as incidents
from incidents import services
from retainer.errors import not_found
from retainer.portal.deciding import as_approver
from retainer.viewer import person_of

PURPOSE = "review of a wait"
LASTS = timedelta(days=30)


class ReviewForm(forms.Form):
    """Why the wait should not have stopped the clocks."""

    reason = forms.CharField(
        label=_("Why should we look at it again?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Such as: we had answered already, or nobody asked us."),
    )


def link_for(place: PortalPlace, user_id: uuid.UUID, entry_id: uuid.UUID) -> str:
    """The path of the page, for this contact and this wait; empty where they do not hold the right."""
    if Right.APPROVER not in place.rights:
        return ""
    return reverse("review_wait", args=[sign(PURPOSE, agency=place.agency_id, user=user_id, entry=entry_id)])


@account
@require_http_methods(["GET", "POST"])
def review_wait(request: HttpRequest, token: str) -> HttpResponse:
    """Asks for a review of one wait. It changes no clock; we answer, and the answer stands in the portal."""
    ids, user = unsign(PURPOSE, token, LASTS), person_of(request)
    if ids is None or ids["user"] != user.id:
        return not_found(request)
    return as_approver(request, ids["agency"], lambda place: _ask(request, place, ids["entry"]))


def _ask(request: HttpRequest, place: PortalPlace, entry_id: uuid.UUID) -> HttpResponse | None:
    """The page for a wait of this client; None where it is not theirs, or not shown to them."""
    try:
        entry = incidents.pause_entry(entry_id)
        incident = incidents.incident(entry.incident_id)
    except NotFound:
        return None
    contact = clients.contact_of(place.client_id, person_of(request).id)
    if contact is None or incident.published_at is None or not entry.client_visible:
        return None
    back = reverse("portal:incident", args=[place.agency_slug, place.client_slug, incident.number])
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.dispute_pause(entry_id=entry.id, contact_id=contact.id, reason=form.cleaned_data["reason"])
        except DomainError as error:
            put_on_form(form, error)
        else:
            return redirect(back)
    context = {"form": form, "incident": incident, "entry": entry, "back": back, "agency": own_agency()}
    return render(request, "portal/review_wait.html", context, status=422 if form.errors else 200)
