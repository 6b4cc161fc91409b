"""The page on which a contact decides: exactly one version, and nothing read live. The portal itself writes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from clients import selectors as clients
from clients.approvals import selectors, services
from clients.approvals.words import ApprovalAct
from clients.selectors import PortalPlace
from core.access.views import account
from core.errors import DomainError, NotFound
from core.selectors import agency as own_agency
from core.web.pages import put_on_form
from core.web.signed import unsign
from retainer.errors import not_found
from retainer.notifications.approvals import APPROVE
from retainer.portal.deciding import as_approver
from retainer.viewer import person_of

# As long as anything that is asked can wait for its answer.
LASTS = timedelta(days=400)


class WordsForm(forms.Form):
    """What the contact says beside what they do."""

    words = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, posted: QueryDict, act: str) -> None:
        super().__init__(posted if posted.get("act") == act else None, auto_id=f"{act}_%s")
        self.act, self.title = act, _TITLES[act]
        self.fields["words"].label = _LABELS[act]


_TITLES = {"approve": _("Approve"), "question": _("Ask a question"), "decline": _("Decline")}
_LABELS = {
    "approve": _("Your words"),
    "question": _("What do you want to know?"),
    "decline": _("Why, so that it can be changed"),
}


@account
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, token: str) -> HttpResponse:
    """Shows the version, and takes the answer of whoever was asked."""
    ids = unsign(APPROVE, token, LASTS)
    if ids is None:
        return not_found(request)
    return as_approver(request, ids["agency"], lambda place: _ask(request, place, ids["approval"], ids["contact"]))


def _ask(
    request: HttpRequest, place: PortalPlace, approval_id: uuid.UUID, contact_id: uuid.UUID
) -> HttpResponse | None:
    """The page for an approval of this client; None where this person was not asked, or may not decide any more."""
    contact = clients.contact_of(place.client_id, person_of(request).id)
    try:
        row = selectors.approval(approval_id)
    except NotFound:
        return None
    if contact is None or contact.id != contact_id or contact not in selectors.approvers(row):
        return None
    forms_by_act = {act: WordsForm(request.POST, act) for act in _ACTS}
    form = forms_by_act.get(request.POST.get("act", ""))
    if form is not None and form.is_valid():
        try:
            with transaction.atomic():
                _ACTS[form.act](row.id, contact.id, form.cleaned_data["words"])
        except DomainError as error:
            put_on_form(form, error)
        else:
            return redirect(request.path)
    if request.method == "GET":
        services.see(approval_id=row.id, contact_id=contact.id)
    context = _shown(row.id) | {
        "forms": list(forms_by_act.values()),
        "form": form,
        "back": reverse("portal:home", args=[place.agency_slug, place.client_slug]),
    }
    return render(request, "portal/approve.html", context, status=422 if form is not None and form.errors else 200)


def _shown(approval_id: uuid.UUID) -> dict[str, object]:
    """The version as it was frozen, and what was asked and answered about it."""
    talk = (ApprovalAct.QUESTIONED, ApprovalAct.ANSWERED)
    return {
        "approval": selectors.approval(approval_id),
        "talk": [act for act in selectors.events(approval_id) if act.kind in talk],
        "agency": own_agency(),
    }


def _approve(approval_id: uuid.UUID, contact_id: uuid.UUID, words: str) -> None:
    services.decide(approval_id=approval_id, contact_id=contact_id, approve=True, words=words)


def _decline(approval_id: uuid.UUID, contact_id: uuid.UUID, words: str) -> None:
    services.decide(approval_id=approval_id, contact_id=contact_id, approve=False, words=words)


def _question(approval_id: uuid.UUID, contact_id: uuid.UUID, words: str) -> None:
    services.question(approval_id=approval_id, contact_id=contact_id, words=words)


_ACTS: dict[str, Callable[[uuid.UUID, uuid.UUID, str], None]] = {
    "approve": _approve,
    "question": _question,
    "decline": _decline,
}
