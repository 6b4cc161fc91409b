"""Pages of checks, thresholds and alerts."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clients import selectors as clients
from core.access.views import staff
from core.errors import DomainError
from core.web.forms import Screen, form_page
from core.web.live_cache import version_of
from core.web.pages import done, listed, page, refused, unchanged
from monitoring import permissions
from monitoring.alerts import selectors as alerts
from monitoring.checks import selectors, services
from monitoring.checks.content import ThresholdFields
from monitoring.checks.forms import CheckFields, CheckForm, ThresholdForm
from monitoring.checks.presets import PRESETS
from monitoring.checks.ranges import chart_grid
from monitoring.limits import limit_view
from monitoring.models import Check
from monitoring.words import CheckKind


@staff(permissions.SEE)
@require_GET
def check_list(request: HttpRequest, agency: str) -> HttpResponse:
    """Every check with its state, its age and its last value; stays live."""
    version = version_of(request, selectors.version_token)
    same = unchanged(request, version)
    if same:
        return same
    rows = selectors.checks().select_related("system", "client")
    state = request.GET.get("state", "")
    if state:
        rows = rows.filter(health=state)
    shown = listed(request, rows)
    states = selectors.check_states(shown)
    for row in shown:
        # The template reads it; it is no column.
        row.shown_state = states[row.id]  # type: ignore[attr-defined]
    context = {
        "page": shown,
        "state": state,
        "version": version,
        "breadcrumbs": [{"label": _("Checks"), "url": ""}],
    }
    return page(request, "monitoring/checks.html", context, part="monitoring/_checks.html")


@staff(permissions.CHANGE_CHECKS)
@require_http_methods(["GET", "POST"])
def new_check(request: HttpRequest, agency: str, client: str, system: str) -> HttpResponse:
    """A new check of a system; ``?preset=`` fills the form in."""
    row = clients.system_by_slugs(client, system)
    preset = next((one for one in PRESETS if one.slug == request.GET.get("preset")), None)
    form = CheckForm(request.POST or None, initial=preset.initial() if preset else None)
    screen = Screen(
        title=_("New check of %(system)s") % {"system": row.name},
        submit=_("Add check"),
        back=reverse("dashboard:system", args=[agency, client, system]),
        breadcrumbs=_crumbs(agency, _("New check")),
        template="monitoring/check_form.html",
        more={
            "presets": PRESETS,
            "chosen": preset,
            "system": row,
            "test_url": reverse("monitoring:test_new", args=[agency, client, system]),
        },
    )

    def save(data: CheckFields) -> tuple[str, str]:
        check = services.create_check(system_id=row.id, **data)
        waits = check.kind == CheckKind.PUSH
        words = (
            _("%(name)s added. It says below where its values are sent.")
            if waits
            else _("%(name)s added. The first value is due within a few seconds.")
        )
        said = words % {"name": check.name}
        return said, reverse("monitoring:check", args=[agency, check.id])

    return form_page(request, form, screen, save)


@staff(permissions.SEE)
@require_GET
def check(request: HttpRequest, agency: str, check_id: uuid.UUID) -> HttpResponse:
    """One check: its last answer, its thresholds, its alerts; stays live."""
    row = selectors.check(check_id)
    version = version_of(request, (selectors.freshness, (row.system_id,)))
    same = unchanged(request, version)
    if same:
        return same
    system, client = clients.system(row.system_id), clients.client(row.client_id)
    metrics = selectors.metrics_of_check(row)
    address = reverse("dashboard:series", args=[agency, client.slug, system.slug])
    context = {
        "check": row,
        "state": selectors.check_states([row])[row.id],
        "metrics": metrics,
        "version": version,
        "system": system,
        "client": client,
        **chart_grid(request, address, metrics),
        "thresholds": [limit_view(row, limit) for limit in selectors.thresholds_of(row.id)],
        "alerts": alerts.alerts(system_id=row.system_id).filter(source_check_id=row.id)[:10],
        "breadcrumbs": _crumbs(agency, row.name),
    }
    return page(request, "monitoring/check.html", context, part="monitoring/_check.html")


@staff(permissions.CHANGE_CHECKS)
@require_http_methods(["GET", "POST"])
def edit_check(request: HttpRequest, agency: str, check_id: uuid.UUID) -> HttpResponse:
    """Changes a check. An empty authorization keeps the stored one."""
    row = selectors.check(check_id)
    back = reverse("monitoring:check", args=[agency, row.id])
    form = CheckForm(request.POST or None, initial=CheckForm.initial_of(row))
    screen = Screen(
        title=_("Edit check"),
        submit=_("Save check"),
        back=back,
        breadcrumbs=_crumbs(agency, row.name),
        template="monitoring/check_form.html",
        more={"test_url": reverse("monitoring:test_changed", args=[agency, row.id])},
    )

    def save(data: CheckFields) -> tuple[str, str]:
        services.update_check(check_id=row.id, **data)
        return _("Saved."), back

    return form_page(request, form, screen, save)


@staff(permissions.CHANGE_CHECKS)
@require_POST
def switch(request: HttpRequest, agency: str, check_id: uuid.UUID) -> HttpResponse:
    """Switches a check off or on again."""
    row = selectors.check(check_id)
    if row.enabled:
        return _do(request, agency, row.id, lambda: services.disable_check(check_id=row.id), _("Check paused."))
    return _do(request, agency, row.id, lambda: services.enable_check(check_id=row.id), _("Check runs again."))


@staff(permissions.ASK_NOW)
@require_POST
def run_now(request: HttpRequest, agency: str, check_id: uuid.UUID) -> HttpResponse:
    """Asks at once, beside the schedule."""
    row = selectors.check(check_id)
    return _do(request, agency, row.id, lambda: services.run_now(check_id=row.id), _("Asking now."))


@staff(permissions.CHANGE_CHECKS)
@require_http_methods(["GET", "POST"])
def new_threshold(request: HttpRequest, agency: str, check_id: uuid.UUID) -> HttpResponse:
    """An agreed limit on one of the check's metrics."""
    row = selectors.check(check_id)
    form = ThresholdForm(request.POST or None, check=row)
    words = _("New threshold for %(name)s") % {"name": row.name}, _("Add threshold"), _("Threshold added.")
    return _threshold_page(request, agency, row, form, words)


@staff(permissions.CHANGE_CHECKS)
@require_http_methods(["GET", "POST"])
def edit_threshold(request: HttpRequest, agency: str, threshold_id: uuid.UUID) -> HttpResponse:
    """Another limit for the same value. Its streaks begin anew."""
    limit = selectors.threshold(threshold_id)
    row = selectors.check(limit.source_check_id)
    form = ThresholdForm(request.POST or None, check=row, threshold=limit)
    words = _("Threshold of %(name)s") % {"name": row.name}, _("Save threshold"), _("Threshold saved.")
    return _threshold_page(request, agency, row, form, words)


def _threshold_page(
    request: HttpRequest, agency: str, row: Check, form: ThresholdForm, words: tuple[str, str, str]
) -> HttpResponse:
    back, (title, submit, said) = reverse("monitoring:check", args=[agency, row.id]), words
    more: dict[str, object] = {"effect_url": reverse("monitoring:threshold_effect", args=[agency, row.id])}
    crumbs = _crumbs(agency, row.name)
    screen = Screen(title, submit, back, breadcrumbs=crumbs, template="monitoring/threshold_form.html", more=more)

    def save(data: ThresholdFields) -> tuple[str, str]:
        services.set_threshold(check_id=row.id, **data)
        return said, back

    return form_page(request, form, screen, save)


@staff(permissions.CHANGE_CHECKS)
@require_GET
def threshold_effect(request: HttpRequest, agency: str, check_id: uuid.UUID) -> HttpResponse:
    """What the limit that is being typed would do now."""
    row = selectors.check(check_id)
    form = ThresholdForm(request.GET, check=row)
    form.is_valid()
    return page(request, "monitoring/_effect.html", {"effect": form.effect()})


@staff(permissions.CHANGE_CHECKS)
@require_POST
def remove_threshold(request: HttpRequest, agency: str, threshold_id: uuid.UUID) -> HttpResponse:
    """Takes a limit away. Alerts it raised stay in the record."""
    row = selectors.threshold(threshold_id)
    return _do(
        request,
        agency,
        row.source_check_id,
        lambda: services.remove_threshold(threshold_id=row.id),
        _("Threshold removed."),
    )


def _do(
    request: HttpRequest, agency: str, check_id: uuid.UUID, act: Callable[[], object], message: str
) -> HttpResponse:
    back = reverse("monitoring:check", args=[agency, check_id])
    try:
        act()
    except DomainError as error:
        return refused(request, error, back)
    return done(request, message, back)


def _crumbs(agency: str, label: str) -> list[dict[str, str]]:
    return [{"label": _("Checks"), "url": reverse("monitoring:checks", args=[agency])}, {"label": label, "url": ""}]
