"""Pages of policies and their versions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core.access.views import staff
from core.web.forms import Screen, form_page
from core.web.pages import listed, page
from slas import permissions
from slas.archive_web import shelf_menu
from slas.calendars import selectors as calendars_selectors
from slas.pages import crumbs
from slas.policies import selectors, services
from slas.policies.content import PolicyFields, PolicyVersionFields
from slas.policies.forms import PolicyForm

VERSIONS_A_PAGE = 10


@staff(permissions.SEE)
@require_GET
def policies(request: HttpRequest, agency: str) -> HttpResponse:
    """Every policy at its newest version."""
    versions = selectors.latest_policy_versions()
    tables = selectors.target_tables([version.id for version in versions])
    context = {
        "policies": [(version, tables[version.id]) for version in versions],
        "archived": selectors.policies(archived=True),
        "breadcrumbs": crumbs(agency),
    }
    return page(request, "slas/policies.html", context)


@staff(permissions.SEE)
@require_GET
def policy(request: HttpRequest, agency: str, policy: str) -> HttpResponse:
    """One policy and all its versions, newest first."""
    row = selectors.policy_by_slug(policy)
    shown = listed(request, selectors.versions_of(row.id).prefetch_related("targets"), VERSIONS_A_PAGE)
    versions = selectors.said_versions(list(shown))
    context = {
        "policy": row,
        "page": shown,
        "versions": versions,
        "menu": shelf_menu(agency, "policy", row.slug),
        "findings": selectors.findings(versions[0].version) if versions and shown.number == 1 else [],
        "breadcrumbs": crumbs(agency, row.name),
    }
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
        breadcrumbs=crumbs(agency, _("New")),
        template="slas/policy_form.html",
    )

    def save(data: PolicyFields) -> tuple[str, str]:
        version = services.create_policy(**data)
        return _("Created."), reverse("slas:policy", args=[agency, version.policy.slug])

    return form_page(request, form, screen, save)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_http_methods(["GET", "POST"])
def new_version(request: HttpRequest, agency: str, policy: str) -> HttpResponse:
    """A new version. Retainers keep the one they signed, and open clocks keep their terms."""
    row = selectors.policy_by_slug(policy)
    newest = selectors.versions_of(row.id)[0]
    form = PolicyForm(request.POST or None, calendars=_calendar_choices(), initial=PolicyForm.initial_of(newest))
    back = reverse("slas:policy", args=[agency, row.slug])
    screen = Screen(
        title=_("New version of %(name)s") % {"name": row.name},
        submit=_("Save as new version"),
        back=back,
        help=_("Retainers keep the version they signed, and open clocks keep their terms."),
        breadcrumbs=crumbs(agency, row.name),
        template="slas/policy_form.html",
    )

    def save(data: PolicyVersionFields) -> tuple[str, str]:
        version = services.new_policy_version(policy_id=row.id, **data)
        return _("Version %(number)s saved.") % {"number": version.number}, back

    return form_page(request, form, screen, save)


def _calendar_choices() -> list[tuple[str, str]]:
    return [(str(version.id), version.calendar.name) for version in calendars_selectors.latest_calendar_versions()]
