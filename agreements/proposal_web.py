"""Pages on which a retainer goes to the client, and comes back."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from agreements import permissions, proposing, selectors
from clients import selectors as clients
from clients.approvals import selectors as approvals
from core.access.views import staff
from core.errors import DomainError
from core.options import Choices, FormData, FormOptions
from core.web.forms import DayField, Screen, form_page
from core.web.pages import done, refused


class ProposeForm(forms.Form):
    """Whom to ask, by when, and what is said beside the terms."""

    contact_ids = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Who may accept it"),
        coerce=uuid.UUID,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("One answer is enough."),
    )
    words = forms.CharField(
        label=gettext_lazy("What you say to them"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    last_day = DayField(
        label=gettext_lazy("Last day to answer"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Empty: it waits until somebody answers."),
    )
    stands_for = {"expires_at": "last_day"}

    def __init__(self, data: FormData | None = None, *, contacts: Choices, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.fields["contact_ids"].choices = contacts  # type: ignore[attr-defined]


class ProposeFields(TypedDict):
    """What the form cleans to."""

    contact_ids: list[uuid.UUID]
    words: str
    last_day: date | None


@staff(permissions.CHANGE_RETAINERS)
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, agency: str, retainer_id: uuid.UUID) -> HttpResponse:
    """Sends the draft to the client as it is."""
    row = selectors.retainer(retainer_id)
    back = reverse("agreements:retainer", args=[agency, row.id])
    choices = approvals.approver_choices(row.client_id)
    form = ProposeForm(request.POST or None, contacts=choices, initial={"contact_ids": [one[0] for one in choices[:1]]})
    screen = Screen(
        title=_("Propose %(name)s") % {"name": row.name},
        submit=_("Send proposal"),
        back=back,
        help=_told(row.client_id),
        breadcrumbs=[{"label": _("Retainers"), "url": reverse("agreements:list", args=[agency])}, {"label": row.name}],
    )

    def save(data: ProposeFields) -> tuple[str, str]:
        proposing.propose(
            retainer_id=row.id,
            contact_ids=data["contact_ids"],
            words=data["words"],
            expires_at=_end_of(data["last_day"], row.time_zone),
        )
        return _("Proposed."), back

    return form_page(request, form, screen, save)


@staff(permissions.CHANGE_RETAINERS)
@require_POST
def back_to_draft(request: HttpRequest, agency: str, retainer_id: uuid.UUID) -> HttpResponse:
    """Takes a proposal back."""
    row = selectors.retainer(retainer_id)
    back = reverse("agreements:retainer", args=[agency, row.id])
    try:
        proposing.back_to_draft(retainer_id=row.id)
    except DomainError as error:
        return refused(request, error, back)
    return done(request, _("A draft again. Nobody can accept the version of before."), back)


def _told(client_id: uuid.UUID) -> str:
    """Who hears of it: nobody by mail before the agency has gone live with the client."""
    if clients.client(client_id).live_at is None:
        return _("The client gets no mail before you go live with them. It waits for them in their portal.")
    return _(
        "Each of them gets a mail with a link of their own, and sees exactly these terms. Without an answer they are "
        "reminded three times, every three days."
    )


def _end_of(day: date | None, zone: str) -> datetime | None:
    """The midnight that ends the day, in the retainer's zone."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)) if day else None
