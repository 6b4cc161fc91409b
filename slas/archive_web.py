"""Other names for policies and calendars, and taking them off the shelf and back."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.access.views import staff
from core.errors import DomainError
from core.web.forms import Screen, form_page
from core.web.pages import done, refused
from slas import archiving, permissions
from slas.calendars import selectors as calendars_selectors
from slas.calendars.forms import CalendarNameFields, CalendarNameForm
from slas.pages import crumbs
from slas.policies import selectors as policies_selectors
from slas.policies.content import PolicyNameFields
from slas.policies.forms import PolicyNameForm


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_http_methods(["GET", "POST"])
def rename_policy(request: HttpRequest, agency: str, policy: str) -> HttpResponse:
    """Another name and description."""
    row = policies_selectors.policy_by_slug(policy)
    back = reverse("slas:policy", args=[agency, row.slug])
    form = PolicyNameForm(request.POST or None, initial={"name": row.name, "description": row.description})

    def save(data: PolicyNameFields) -> tuple[str, str]:
        archiving.update_policy(policy_id=row.id, **data)
        return _("Renamed."), back

    return form_page(request, form, _screen(agency, row.name, back), save)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_http_methods(["GET", "POST"])
def rename_calendar(request: HttpRequest, agency: str, calendar: str) -> HttpResponse:
    """Another name."""
    row = calendars_selectors.newest_calendar_version(calendar).calendar
    back = reverse("slas:calendar", args=[agency, row.slug])

    def save(data: CalendarNameFields) -> tuple[str, str]:
        archiving.update_calendar(calendar_id=row.id, **data)
        return _("Renamed."), back

    form = CalendarNameForm(request.POST or None, initial={"name": row.name})
    return form_page(request, form, _screen(agency, row.name, back), save)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_POST
def archive_policy(request: HttpRequest, agency: str, policy: str) -> HttpResponse:
    """Offers it no more, or says who still relies on it."""
    row = policies_selectors.policy_by_slug(policy)
    back = reverse("slas:policy", args=[agency, row.slug])
    return _try(request, lambda: archiving.archive_policy(policy_id=row.id), _("Archived."), back)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_POST
def restore_policy(request: HttpRequest, agency: str, policy: str) -> HttpResponse:
    """Offers it again."""
    row = policies_selectors.policy_by_slug(policy)
    back = reverse("slas:policy", args=[agency, row.slug])
    return _try(request, lambda: archiving.restore_policy(policy_id=row.id), _("Restored."), back)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_POST
def archive_calendar(request: HttpRequest, agency: str, calendar: str) -> HttpResponse:
    """Offers it no more, or says which policies still count in it."""
    row = calendars_selectors.newest_calendar_version(calendar).calendar
    back = reverse("slas:calendar", args=[agency, row.slug])
    return _try(request, lambda: archiving.archive_calendar(calendar_id=row.id), _("Archived."), back)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_POST
def restore_calendar(request: HttpRequest, agency: str, calendar: str) -> HttpResponse:
    """Offers it again."""
    row = calendars_selectors.newest_calendar_version(calendar).calendar
    back = reverse("slas:calendar", args=[agency, row.slug])
    return _try(request, lambda: archiving.restore_calendar(calendar_id=row.id), _("Restored."), back)


def shelf_menu(agency: str, kind: str, slug: str) -> list[dict[str, str]]:
    """What may be done with a policy or calendar as such, for the menu beside its title."""
    return [
        {"label": _("Rename"), "url": reverse(f"slas:rename_{kind}", args=[agency, slug]), "icon": "pencil"},
        {"label": _("Archive"), "dialog": "archive", "icon": "archive"},
    ]


def _screen(agency: str, name: str, back: str) -> Screen:
    return Screen(
        title=_("Rename %(name)s") % {"name": name},
        submit=_("Save name"),
        back=back,
        help=_("What was promised, and the address of the page, stays."),
        breadcrumbs=crumbs(agency, name),
    )


def _try(request: HttpRequest, act: Callable[[], object], said: str, back: str) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        return refused(request, error, back)
    return done(request, said, back)
