"""Pages of who is on call, who is away, and who takes over."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access.roles import Capability, may
from core.access.views import staff
from core.clock import now
from core.selectors import agency as own_agency
from core.selectors import members, names_of
from core.web.forms import Screen, form_page
from core.web.pages import done, page
from slas import permissions
from slas.oncall import selectors, services
from slas.oncall.forms import RotaForm, StretchForm, TimeOffForm


@staff(permissions.SEE)
@require_GET
def on_call(request: HttpRequest, agency: str) -> HttpResponse:
    """Who is called now and in the next four weeks, by rota, and who is away."""
    duties = selectors.duties(now())
    away = list(selectors.time_off())
    ids = {person for duty in duties for person in (*duty.called, *(who for _from, _to, who in duty.shifts))}
    names = names_of(ids)
    rows = [
        (
            duty,
            [names.get(person, "") for person in duty.called[:2]],
            [(since, until, names.get(who, "") if who else "") for since, until, who in duty.shifts[:8]],
        )
        for duty in duties
    ]
    context = {"rows": rows, "away": away, "breadcrumbs": _crumbs(agency)}
    return page(request, "slas/on_call.html", context)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_http_methods(["GET", "POST"])
def new_rota(request: HttpRequest, agency: str) -> HttpResponse:
    """A new rota."""
    initial = {
        "zone": own_agency().time_zone,
        "turn_days": 7,
        "handover_at": "09:00",
        "first_day": now().date(),
    }
    form = RotaForm(request.POST or None, initial=initial, people=_people())
    return _form(request, agency, form, _("New rota"), _("Create rota"), services.save_rota, _("Rota created."))


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_http_methods(["GET", "POST"])
def edit_rota(request: HttpRequest, agency: str, rota_id: uuid.UUID) -> HttpResponse:
    """Another order, or other turns, from now on."""
    row = selectors.rota(rota_id)
    names = ("name", "zone", "turn_days", "handover_at", "first_day", "people")
    form = RotaForm(request.POST or None, initial={name: getattr(row, name) for name in names}, people=_people())

    save = partial(services.save_rota, rota_id=row.id)
    return _form(request, agency, form, row.name, _("Save rota"), save, _("Rota saved."))


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_POST
def delete_rota(request: HttpRequest, agency: str, rota_id: uuid.UUID) -> HttpResponse:
    """Nobody is called by it any more."""
    return _act(request, agency, lambda: services.delete_rota(rota_id=rota_id), _("Rota deleted."))


@staff(permissions.TAKE_TURNS)
@require_http_methods(["GET", "POST"])
def take_over(request: HttpRequest, agency: str, rota_id: uuid.UUID) -> HttpResponse:
    """Somebody takes a stretch, whoever's turn it is."""
    row = selectors.rota(rota_id)
    form = StretchForm(request.POST or None, initial={"user_id": str(request.user.pk)}, people=_people())

    save = partial(services.take_over, rota_id=row.id)
    title = _("Take over a stretch of %(name)s") % {"name": row.name}
    return _form(request, agency, form, title, _("Take over"), save, _("Taken over."))


@staff(permissions.TAKE_TURNS)
@require_POST
def give_back(request: HttpRequest, agency: str, override_id: uuid.UUID) -> HttpResponse:
    """It is the turn of whoever's turn it is."""
    return _act(request, agency, lambda: services.give_back(override_id=override_id), _("Given back."))


@staff(permissions.TAKE_TURNS)
@require_http_methods(["GET", "POST"])
def time_off(request: HttpRequest, agency: str) -> HttpResponse:
    """Somebody is away."""
    form = TimeOffForm(request.POST or None, initial={"user_id": str(request.user.pk)}, people=_people())
    said = _("Noted. Their turns go to the next of each rota.")
    return _form(request, agency, form, _("Time off"), _("Add time off"), services.take_time_off, said)


@staff(permissions.TAKE_TURNS)
@require_POST
def cancel_time_off(request: HttpRequest, agency: str, time_off_id: uuid.UUID) -> HttpResponse:
    """They are there after all."""
    return _act(request, agency, lambda: services.cancel_time_off(time_off_id=time_off_id), _("Time off removed."))


def _people() -> list[tuple[str, str]]:
    """Those who can do something about an incident."""
    staff = [member for member in members() if may(member.role, Capability.WORK)]
    return [(str(member.user_id), str(member.user)) for member in staff]


def _form(
    request: HttpRequest, agency: str, form: Form, title: str, submit: str, act: Callable[..., object], said: str
) -> HttpResponse:
    back = reverse("oncall:home", args=[agency])

    def save(data: dict[str, object]) -> tuple[str, str]:
        act(**data)
        return said, back

    return form_page(request, form, Screen(title, submit, back, breadcrumbs=_crumbs(agency, title)), save)


def _act(request: HttpRequest, agency: str, act: Callable[[], object], said: str) -> HttpResponse:
    act()
    return done(request, said, reverse("oncall:home", args=[agency]))


def _crumbs(agency: str, label: str = "") -> list[dict[str, str]]:
    crumbs = [
        {"label": _("Settings"), "url": reverse("settings:home", args=[agency])},
        {"label": _("On call"), "url": reverse("oncall:home", args=[agency])},
    ]
    return [*crumbs, {"label": label, "url": ""}] if label else crumbs
