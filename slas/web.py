"""Pages of response times and calendars. What has been signed is never edited: a change makes a new version."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access.views import staff
from core.errors import DomainError, NotFound
from core.selectors import agency as own_agency
from core.web.forms import Screen, form_page
from core.web.pages import done, page, refused, unchanged
from core.web.standing import version_of
from slas import permissions, selectors, services
from slas.forms import CalendarForm, PolicyForm
from slas.summaries import hours_in_words


@staff(permissions.SEE)
@require_GET
def policies(request: HttpRequest, agency: str) -> HttpResponse:
    """Every policy at its newest version."""
    rows = [(version, selectors.target_table(version.id)) for version in selectors.latest_policy_versions()]
    return page(request, "slas/policies.html", {"policies": rows, "breadcrumbs": _crumbs(agency)})


@staff(permissions.SEE)
@require_GET
def policy(request: HttpRequest, agency: str, policy: str) -> HttpResponse:
    """One policy and all its versions, newest first."""
    row = _found(lambda: selectors.policy_by_slug(policy))
    versions = [(version, selectors.target_table(version.id)) for version in selectors.versions_of(row.id)]
    context = {"policy": row, "versions": versions, "breadcrumbs": _crumbs(agency, row.name)}
    return page(request, "slas/policy.html", context)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_http_methods(["GET", "POST"])
def new_policy(request: HttpRequest, agency: str) -> HttpResponse:
    """A new policy and its first version."""
    form = PolicyForm(request.POST or None, calendars=_calendar_choices())
    back = reverse("slas:policies", args=[agency])
    screen = Screen(
        _("New response times"),
        _("Create policy"),
        back,
        breadcrumbs=_crumbs(agency, _("New")),
        template="slas/policy_form.html",
    )

    def save(data: dict[str, Any]) -> tuple[str, str]:
        version = services.create_policy(**data)
        return _("Created."), reverse("slas:policy", args=[agency, version.policy.slug])

    return form_page(request, form, screen, save)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_http_methods(["GET", "POST"])
def new_version(request: HttpRequest, agency: str, policy: str) -> HttpResponse:
    """A new version. Retainers keep the one they signed, and open clocks keep their terms."""
    row = _found(lambda: selectors.policy_by_slug(policy))
    newest = selectors.versions_of(row.id)[0]
    form = PolicyForm(request.POST or None, calendars=_calendar_choices(), initial=PolicyForm.initial_of(newest))
    back = reverse("slas:policy", args=[agency, row.slug])
    screen = Screen(
        title=_("New version of %(name)s") % {"name": row.name},
        submit=_("Save as new version"),
        back=back,
        help=_("Retainers keep the version they signed, and open clocks keep their terms."),
        breadcrumbs=_crumbs(agency, row.name),
        template="slas/policy_form.html",
    )

    def save(data: dict[str, Any]) -> tuple[str, str]:
        version = services.new_policy_version(policy_id=row.id, **data)
        return _("Version %(number)s saved.") % {"number": version.number}, back

    return form_page(request, form, screen, save)


@staff(permissions.SEE)
@require_GET
def calendars(request: HttpRequest, agency: str) -> HttpResponse:
    """Every calendar at its newest version."""
    rows = [(version, hours_in_words(version.spec)) for version in selectors.latest_calendar_versions()]
    context = {"calendars": rows, "breadcrumbs": _crumbs(agency, _("Calendars"))}
    return page(request, "slas/calendars.html", context)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_http_methods(["GET", "POST"])
def new_calendar(request: HttpRequest, agency: str) -> HttpResponse:
    """A new calendar."""
    back = reverse("slas:calendars", args=[agency])
    form = CalendarForm(request.POST or None, initial={"zone": own_agency().time_zone})

    def save(data: dict[str, Any]) -> tuple[str, str]:
        services.create_calendar(**data)
        return _("Calendar created."), back

    return form_page(
        request, form, Screen(_("New calendar"), _("Create calendar"), back, breadcrumbs=_crumbs(agency)), save
    )


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_http_methods(["GET", "POST"])
def new_calendar_version(request: HttpRequest, agency: str, calendar: str) -> HttpResponse:
    """A new version of a calendar. Clocks that run keep the hours they started with."""
    newest = _found(lambda: selectors.newest_calendar_version(calendar))
    back = reverse("slas:calendars", args=[agency])
    form = CalendarForm(request.POST or None, initial=CalendarForm.initial_of(newest))
    screen = Screen(
        title=_("New version of %(name)s") % {"name": newest.calendar.name},
        submit=_("Save as new version"),
        back=back,
        help=_("Clocks that run keep the hours they started with."),
        breadcrumbs=_crumbs(agency, newest.calendar.name),
    )

    def save(data: dict[str, Any]) -> tuple[str, str]:
        services.new_calendar_version(calendar_id=newest.calendar_id, **data)
        return _("Saved as a new version."), back

    return form_page(request, form, screen, save)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_POST
def prepare_policy_move(request: HttpRequest, agency: str, policy: str) -> HttpResponse:
    """Begins to count what the newest version would do to the open clocks of the older ones."""
    row = _found(lambda: selectors.policy_by_slug(policy))
    made = services.prepare_move(policy_version_id=selectors.versions_of(row.id)[0].id)
    return redirect("slas:move", agency, made.id)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_POST
def prepare_calendar_move(request: HttpRequest, agency: str, calendar: str) -> HttpResponse:
    """The same for the newest hours of a calendar."""
    newest = _found(lambda: selectors.newest_calendar_version(calendar))
    made = services.prepare_move(calendar_version_id=newest.id)
    return redirect("slas:move", agency, made.id)


@staff(permissions.SEE)
@require_GET
def move(request: HttpRequest, agency: str, move_id: uuid.UUID) -> HttpResponse:
    """How far a move of open clocks is, what it comes to, and the choice to go on or to leave everything."""
    row = _found(lambda: selectors.move(move_id))
    version = version_of(request, (selectors.move_mark, (row.id,)))
    same = unchanged(request, version)
    if same:
        return same
    name = row.policy_version or f"{row.calendar_version.calendar} v{row.calendar_version.number}"
    context = {
        "move": row,
        "name": name,
        "lines": [(row.counts.get(word, 0), text, tone) for word, text, tone in _MOVE_WORDS],
        "version": version,
        "breadcrumbs": _crumbs(agency, _("Open clocks")),
    }
    return page(request, "slas/move.html", context, part="slas/_move.html")


_MOVE_WORDS = (
    ("moved", gettext_lazy("Clocks that come to other terms"), ""),
    ("later", gettext_lazy("Deadlines that come later"), ""),
    ("sooner", gettext_lazy("Deadlines that come sooner"), ""),
    ("missed", gettext_lazy("Promises that are missed by it at once"), "bad"),
    ("relieved", gettext_lazy("Clocks that are no longer at risk"), "good"),
    ("dropped", gettext_lazy("Promises that are no longer made and end"), "warn"),
    ("same", gettext_lazy("Clocks that stay as they are"), ""),
    ("failed", gettext_lazy("Clocks that could not be moved; the log says why"), "bad"),
)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_POST
def apply_move(request: HttpRequest, agency: str, move_id: uuid.UUID) -> HttpResponse:
    """Goes on with it."""
    return _decide(request, agency, move_id, services.apply_move, _("The open clocks are being moved."))


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_POST
def discard_move(request: HttpRequest, agency: str, move_id: uuid.UUID) -> HttpResponse:
    """Leaves everything as it is."""
    return _decide(request, agency, move_id, services.discard_move, _("Nothing was changed."))


def _decide(
    request: HttpRequest, agency: str, move_id: uuid.UUID, act: Callable[..., Any], message: str
) -> HttpResponse:
    here = reverse("slas:move", args=[agency, move_id])
    try:
        act(move_id=move_id)
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        return refused(request, error, here)
    return done(request, message, here)


def _calendar_choices() -> list[tuple[str, str]]:
    return [(str(version.id), version.calendar.name) for version in selectors.latest_calendar_versions()]


def _found(find: Callable[[], Any]) -> Any:
    try:
        return find()
    except NotFound as error:
        raise Http404 from error


def _crumbs(agency: str, label: str = "") -> list[dict[str, str]]:
    crumbs = [
        {"label": _("Settings"), "url": reverse("settings:home", args=[agency])},
        {"label": _("Response times and calendars"), "url": reverse("slas:policies", args=[agency])},
    ]
    return [*crumbs, {"label": label, "url": ""}] if label else crumbs
