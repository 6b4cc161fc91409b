"""Pages of approvals: what was asked of whom, what they did, and what we do about it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clients import selectors as clients
from clients.approvals import permissions, selectors, services
from clients.approvals.forms import AnswerFields, AnswerForm, ContactFields, ContactForm, OfflineFields, OfflineForm
from clients.approvals.models import Approval, ApprovalEvent
from clients.approvals.subjects import subject_page
from clients.approvals.words import ApprovalAct, ApprovalState
from core.access.views import staff
from core.errors import DomainError
from core.selectors import members
from core.web.exports import csv_file
from core.web.forms import Screen, form_page
from core.web.pages import done, listed, page, refused


@staff(permissions.AGREE)
@require_GET
def approvals(request: HttpRequest, agency: str) -> HttpResponse:
    """Everything that clients were asked to agree to, what waits in front; ``?q=`` and ``?state=`` narrow."""
    words, state = _asked_for(request)
    choices = [("", _("All")), *ApprovalState.choices]
    context = {
        "page": listed(request, _narrowed(words, state).select_related("client")),
        "q": words,
        "state": state,
        "filters": [{"name": "state", "label": _("State"), "value": state, "choices": choices}],
        "export_url": f"{reverse('approvals:export', args=[agency])}?{urlencode({'q': words, 'state': state})}",
        "breadcrumbs": [{"label": _("Approvals"), "url": ""}],
    }
    return page(request, "approvals/list.html", context)


@staff(permissions.AGREE)
@require_GET
def export(request: HttpRequest, agency: str) -> HttpResponse:
    """The same list as CSV."""
    rows = _narrowed(*_asked_for(request)).select_related("client")
    header = ["title", "version", "state", "created_at", "expires_at", "decided_at", "content_hash"]
    lines = ([row.client.name, *(getattr(row, name) for name in header)] for row in rows)
    return csv_file("approvals", ["client", *header], lines)


def _asked_for(request: HttpRequest) -> tuple[str, str]:
    """The words and the state that the address asks for; a state that is none asks for all."""
    state = request.GET.get("state", "")
    return request.GET.get("q", "").strip(), state if state in ApprovalState.values else ""


def _narrowed(words: str, state: str) -> QuerySet[Approval]:
    rows = selectors.in_order()
    if state:
        rows = rows.filter(state=state)
    return rows.filter(Q(title__icontains=words) | Q(client__name__icontains=words)) if words else rows


@staff(permissions.AGREE)
@require_GET
def approval(request: HttpRequest, agency: str, approval_id: uuid.UUID) -> HttpResponse:
    """One version: exactly what the client sees, who was asked, and everything that was done."""
    row = selectors.approval(approval_id)
    names, acts = {member.user_id: member.user.name for member in members()}, selectors.events(row.id)
    context = {
        "approval": row,
        "client": clients.client(row.client_id),
        "asked": selectors.asked(row),
        "acts": [(event, _who(event, names)) for event in acts],
        "asked_by": names.get(row.asked_by_id, "") if row.asked_by_id else "",
        "subject": subject_page(row.subject, agency),
        "questioned": _is_asked(acts),
        "reminded_at": _next_reminder(row),
        "breadcrumbs": _crumbs(agency, row.title),
    }
    return page(request, "approvals/record.html", context)


@staff(permissions.AGREE)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, agency: str, approval_id: uuid.UUID) -> HttpResponse:
    """Answers a question of the client's."""
    row = selectors.approval(approval_id)
    back = _address(agency, row)
    screen = Screen(
        _("Answer %(client)s") % _client(row), _("Send answer"), back, breadcrumbs=_crumbs(agency, row.title)
    )

    def save(data: AnswerFields) -> tuple[str, str]:
        services.answer(approval_id=row.id, **data)
        return _("Answered."), back

    return form_page(request, AnswerForm(request.POST or None), screen, save)


@staff(permissions.AGREE)
@require_http_methods(["GET", "POST"])
def ask_also(request: HttpRequest, agency: str, approval_id: uuid.UUID) -> HttpResponse:
    """Asks one more contact, while another is away."""
    row = selectors.approval(approval_id)
    back = _address(agency, row)
    screen = Screen(_("Ask somebody else too"), _("Ask them too"), back, breadcrumbs=_crumbs(agency, row.title))
    known = {contact.id for contact in selectors.asked(row)}
    choices = [one for one in selectors.approver_choices(row.client_id) if uuid.UUID(one[0]) not in known]

    def save(data: ContactFields) -> tuple[str, str]:
        services.ask_also(approval_id=row.id, **data)
        return _("Asked."), back

    return form_page(request, ContactForm(request.POST or None, contacts=choices), screen, save)


@staff(permissions.AGREE)
@require_http_methods(["GET", "POST"])
def offline(request: HttpRequest, agency: str, approval_id: uuid.UUID) -> HttpResponse:
    """Keeps that one of those who were asked agreed on paper."""
    row = selectors.approval(approval_id)
    back = _address(agency, row)
    screen = Screen(
        title=_("Agreed outside the portal"),
        submit=_("Record agreement"),
        back=back,
        help=_("It counts as approved. The record says that you wrote it down, and not that they pressed a button."),
        breadcrumbs=_crumbs(agency, row.title),
    )
    choices = [(str(contact.id), contact.name) for contact in selectors.approvers(row)]

    def save(data: OfflineFields) -> tuple[str, str]:
        services.record_offline(approval_id=row.id, **data)
        return _("Recorded as approved."), back

    return form_page(request, OfflineForm(request.POST or None, contacts=choices), screen, save)


@staff(permissions.AGREE)
@require_POST
def withdraw(request: HttpRequest, agency: str, approval_id: uuid.UUID) -> HttpResponse:
    """Takes the question back."""
    row = selectors.approval(approval_id)
    try:
        services.withdraw(approval_id=row.id)
    except DomainError as error:
        return refused(request, error, _address(agency, row))
    return done(request, _("Withdrawn."), _address(agency, row))


@staff(permissions.AGREE)
@require_GET
def evidence(request: HttpRequest, agency: str, approval_id: uuid.UUID) -> HttpResponse:
    """What proves the decision, as a file: the text that was shown, its SHA-256, and every act."""
    row = selectors.approval(approval_id)
    answer = HttpResponse(
        json.dumps(selectors.evidence(row), indent=2, ensure_ascii=False), content_type="application/json"
    )
    answer["Content-Disposition"] = f'attachment; filename="approval-{row.id}.json"'
    return answer


def _who(event: ApprovalEvent, names: Mapping[uuid.UUID, str]) -> str:
    """Who did it: the contact where one decided, else whoever of us; nobody where it came by itself."""
    if event.actor_kind == "contact" and event.contact:
        return str(event.contact.name)
    return names.get(event.actor_id, "") if event.actor_id else ""


def _next_reminder(row: Approval) -> datetime | None:
    """When those who were asked hear of it again; None where nobody gets mail, or the end of the time comes first."""
    comes = row.next_due_at != row.expires_at and clients.gets_mail(row.client_id)
    return row.next_due_at if comes else None


def _is_asked(acts: Sequence[ApprovalEvent]) -> bool:
    """Whether a question of the client's waits for our answer."""
    talk = [act.kind for act in acts if act.kind in (ApprovalAct.QUESTIONED, ApprovalAct.ANSWERED)]
    return talk[-1:] == [ApprovalAct.QUESTIONED]


def _client(row: Approval) -> dict[str, str]:
    return {"client": clients.client(row.client_id).name}


def _address(agency: str, row: Approval) -> str:
    return reverse("approvals:approval", args=[agency, row.id])


def _crumbs(agency: str, label: str) -> list[dict[str, str]]:
    return [{"label": _("Approvals"), "url": reverse("approvals:list", args=[agency])}, {"label": label, "url": ""}]
