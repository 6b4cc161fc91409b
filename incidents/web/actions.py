"""The steps of the workbench, each a form of its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from core.access.views import staff
from core.errors import DomainError, NotFound
from core.web.forms import Screen
from core.web.pages import done, page, put_on_form, refused
from incidents import permissions, selectors, services
from incidents.forms import (
    MODES,
    AgreeForm,
    AssignForm,
    ClientMessageForm,
    DecideForm,
    MergeForm,
    NoteForm,
    PauseForm,
    PolicyForm,
    ReasonForm,
    ReopenForm,
    ResolveForm,
    SeverityForm,
    UpdateForm,
)
from incidents.models import Incident, PauseDispute
from incidents.severities import LABELS
from incidents.states import Action, IncidentState
from slas.selectors import metric_label, severity_texts
from slas.services import Shift

if TYPE_CHECKING:
    from slas.policies.models import PolicyVersion

# What the form would send, its name, what it means, and what it would move.
Choice: TypeAlias = "tuple[str | uuid.UUID, str | Promise | PolicyVersion, str, list[tuple[str, Shift]]]"

# Given the incident's id and what its form says.
Act = Callable[[uuid.UUID, dict[str, Any]], Incident]
Said = str | Promise

# What each one-button step does and says. Those with a text take it from the form beside the button.
STEPS: dict[str, tuple[Act, Said]] = {
    Action.CONFIRM: (
        lambda row, said: services.confirm(incident_id=row),
        gettext_lazy("Confirmed. The client can see it."),
    ),
    Action.FALSE_ALARM: (
        lambda row, said: services.call_false_alarm(incident_id=row, **said),
        gettext_lazy("Marked as a false alarm. The client will not see it."),
    ),
    Action.ACKNOWLEDGE: (
        lambda row, said: services.acknowledge(incident_id=row),
        gettext_lazy("Acknowledged. The clocks show what that keeps."),
    ),
    Action.RESUME: (lambda row, said: services.resume(incident_id=row), gettext_lazy("The clocks run again.")),
    Action.MITIGATE: (lambda row, said: services.mitigate(incident_id=row), gettext_lazy("Marked as mitigated.")),
    Action.RESOLVE: (lambda row, said: services.resolve(incident_id=row, **said), gettext_lazy("Resolved.")),
    Action.REOPEN: (lambda row, said: services.reopen(incident_id=row, **said), gettext_lazy("Reopened.")),
    Action.CLOSE: (lambda row, said: services.close(incident_id=row), gettext_lazy("Closed.")),
}

# The steps that need a text, with the form that takes it.
FORMS: dict[str, type[Form]] = {
    Action.RESOLVE: ResolveForm,
    Action.FALSE_ALARM: ReasonForm,
    Action.REOPEN: ReopenForm,
}


@staff(permissions.HANDLE)
@require_POST
def take_action(request: HttpRequest, agency: str, number: int, step: str) -> HttpResponse:
    """One step of the incident's life."""
    if step not in STEPS:
        raise Http404
    act, message = STEPS[step]
    form = FORMS.get(step, Form)(request.POST)
    return _filled_in(request, agency, number, form, lambda incident_id, **said: act(incident_id, said), message)


@staff(permissions.HANDLE)
@require_POST
def note(request: HttpRequest, agency: str, number: int) -> HttpResponse:
    """A note that only staff sees."""
    return _filled_in(request, agency, number, NoteForm(request.POST), services.post_note, _("Note kept."))


@staff(permissions.HANDLE)
@require_POST
def update(request: HttpRequest, agency: str, number: int) -> HttpResponse:
    """A message to the client."""
    return _filled_in(request, agency, number, UpdateForm(request.POST), services.post_update, _("Update sent."))


@staff(permissions.HANDLE)
@require_POST
def client_message(request: HttpRequest, agency: str, number: int) -> HttpResponse:
    """What the client wrote elsewhere, at its own time."""
    form = ClientMessageForm(request.POST)
    return _filled_in(request, agency, number, form, services.hear_client, _("Message of the client kept."))


@staff(permissions.HANDLE)
@require_POST
def agree(request: HttpRequest, agency: str, number: int) -> HttpResponse:
    """A date of its own for the resolution."""
    said = _("The date is agreed. Pauses do not move it.")
    return _filled_in(request, agency, number, AgreeForm(request.POST), services.agree_date, said)


@staff(permissions.HANDLE)
@require_POST
def decide(request: HttpRequest, agency: str, number: int, dispute_id: uuid.UUID) -> HttpResponse:
    """Takes a disputed wait back, or keeps it."""
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _again(request, agency, number, form)
    accept, answer = form.cleaned_data["accept"] == "yes", form.cleaned_data["answer"]

    def act(row: Incident) -> PauseDispute:
        if not selectors.disputes(row.id).filter(id=dispute_id).exists():
            raise NotFound(_("There is no such request."))
        return services.decide_dispute(dispute_id=dispute_id, accept=accept, answer=answer)

    said = _("The wait is taken back. Its time counts.") if accept else _("The wait is kept.")
    return _do(request, agency, number, form, act, said)


@staff(permissions.HANDLE)
@require_POST
def pause(request: HttpRequest, agency: str, number: int) -> HttpResponse:
    """Stops the clocks while somebody else has to act."""
    said = _("The clocks are paused.")
    return _filled_in(request, agency, number, PauseForm(request.POST), services.pause, said)


@staff(permissions.HANDLE)
@require_http_methods(["GET", "POST"])
def severity(request: HttpRequest, agency: str, number: int) -> HttpResponse:
    """Raises or lowers the severity; asked for, it first shows what each severity would move."""
    if request.method == "GET":
        return _severities(request, agency, number)
    said = _("Severity changed, and the clocks with it.")
    return _filled_in(request, agency, number, SeverityForm(request.POST), services.change_severity, said)


@staff(permissions.HANDLE)
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest, agency: str, number: int) -> HttpResponse:
    """Gives the incident other response times; asked for, it first shows what each would move."""
    if request.method == "GET":
        return _policies(request, agency, number)
    said = _("Response times changed, and the clocks with them.")
    return _filled_in(request, agency, number, PolicyForm(request.POST), services.change_policy, said)


def _severities(request: HttpRequest, agency: str, number: int) -> HttpResponse:
    def choices(row: Incident, mode: str) -> list[Choice]:
        texts = severity_texts(row.policy_version_id)
        return [
            (name, LABELS[name], text, _shifts(row, mode, severity=name))
            for name, text in texts.items()
            if name != row.severity
        ]

    over = _("The severity of an incident that is over stays.")
    return _preview(request, agency, number, "severity", (_("Severity of %(name)s"), over), choices)


def _policies(request: HttpRequest, agency: str, number: int) -> HttpResponse:
    def choices(row: Incident, mode: str) -> list[Choice]:
        return [
            (version.id, version, version.policy.description, _shifts(row, mode, policy_version_id=version.id))
            for version in services.policies_for(row)
            if version.id != row.policy_version_id
        ]

    over = _("The response times of an incident that is over stay.")
    return _preview(request, agency, number, "policy_version_id", (_("Response times of %(name)s"), over), choices)


def _preview(
    request: HttpRequest,
    agency: str,
    number: int,
    field: str,
    words: tuple[str, str],
    choices: Callable[[Incident, str], list[Choice]],
) -> HttpResponse:
    """What each choice would move, in the way that the address names."""
    row = selectors.incident_by_number(number)
    mode = request.GET.get("mode", "")
    mode = mode if mode in dict(MODES) else "carry_elapsed"
    is_open, heading = row.state in IncidentState.open_values(), words[0] % {"name": row.reference}
    context = {
        "incident": row,
        "heading": heading,
        "over": words[1],
        "field": field,
        "mode": mode,
        "modes": MODES,
        "open": is_open,
        "choices": choices(row, mode) if is_open else [],
        "breadcrumbs": [
            {"label": _("Incidents"), "url": reverse("incidents:list", args=[agency])},
            {"label": row.reference, "url": _url(agency, number)},
            {"label": heading, "url": ""},
        ],
    }
    return page(request, "incidents/terms.html", context)


def _shifts(
    row: Incident, mode: str, *, severity: str = "", policy_version_id: uuid.UUID | None = None
) -> list[tuple[str, Shift]]:
    shifts = services.preview_terms(incident=row, mode=mode, severity=severity, policy_version_id=policy_version_id)
    return [(metric_label(shift.metric), shift) for shift in shifts]


@staff(permissions.HANDLE)
@require_POST
def merge(request: HttpRequest, agency: str, number: int) -> HttpResponse:
    """Ends an incident as the same failure as an older one."""
    others = merge_choices(selectors.incident_by_number(number))
    said = _("Merged. The clocks of the older incident run on.")
    return _filled_in(request, agency, number, MergeForm(request.POST, others=others), services.merge, said)


def merge_choices(row: Incident) -> list[tuple[str, str]]:
    """What it can be merged into, newest first."""
    return [(str(other.id), f"{other.reference} {other.title}") for other in selectors.may_take_in(row)[:50]]


@staff(permissions.HANDLE)
@require_POST
def assign(request: HttpRequest, agency: str, number: int) -> HttpResponse:
    """Gives the incident an owner."""
    people = [(str(member.user_id), str(member.user)) for member in selectors.possible_owners()]
    form = AssignForm(request.POST, people=people)
    return _filled_in(request, agency, number, form, services.assign, _("Owner changed."))


def _filled_in(
    request: HttpRequest, agency: str, number: int, form: Form, act: Callable[..., object], message: Said
) -> HttpResponse:
    """Hands what the form says to the service, or shows the form again."""
    if not form.is_valid():
        return _again(request, agency, number, form)
    return _do(request, agency, number, form, lambda row: act(incident_id=row.id, **form.cleaned_data), message)


def _do(
    request: HttpRequest, agency: str, number: int, form: Form, act: Callable[[Incident], object], message: Said
) -> HttpResponse:
    """What is wrong with a field is said beside it, and everything typed stays; else it is said on the workbench."""
    row = selectors.incident_by_number(number)
    try:
        with transaction.atomic():
            act(row)
    except DomainError as error:
        if error.field in form.fields and not form.fields[error.field].widget.is_hidden:
            put_on_form(form, error)
            return _again(request, agency, number, form)
        return refused(request, error, _url(agency, number))
    return done(request, str(message), _url(agency, number))


def _again(request: HttpRequest, agency: str, number: int, form: Form) -> HttpResponse:
    """The form alone on a page, with its errors and everything typed; it posts to where it came from."""
    row = selectors.incident_by_number(number)
    screen = Screen(title=f"{row.reference} {row.title}", submit=_("Send"), back=_url(agency, number))
    return page(request, "forms/page.html", {"form": form, "screen": screen}, status=422)


def _url(agency: str, number: int) -> str:
    return reverse("dashboard:incident", args=[agency, number])
