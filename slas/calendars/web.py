"""Pages of support hours."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access.views import staff
from core.errors import DomainError
from core.ids import is_uuid
from core.selectors import agency as own_agency
from core.web.forms import Screen, form_page
from core.web.pages import done, page, refused
from slas import permissions
from slas.archive_web import shelf_menu
from slas.calendars import holidays, selectors, services
from slas.calendars.forms import (
    CalendarFields,
    CalendarForm,
    CalendarVersionFields,
    HolidayFeedFields,
    HolidayFeedForm,
)
from slas.calendars.summaries import hours_in_words
from slas.pages import crumbs


@staff(permissions.SEE)
@require_GET
def calendars(request: HttpRequest, agency: str) -> HttpResponse:
    """Every calendar at its newest version."""
    rows = [(version, hours_in_words(version.spec)) for version in selectors.latest_calendar_versions()]
    context = {
        "calendars": rows,
        "archived": selectors.calendars(archived=True),
        "breadcrumbs": crumbs(agency, _("Calendars")),
    }
    return page(request, "slas/calendars.html", context)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_http_methods(["GET", "POST"])
def new_calendar(request: HttpRequest, agency: str) -> HttpResponse:
    """A new calendar."""
    back = reverse("slas:calendars", args=[agency])
    form = CalendarForm(request.POST or None, initial={"zone": own_agency().time_zone})

    def save(data: CalendarFields) -> tuple[str, str]:
        services.create_calendar(**data)
        return _("Calendar created."), back

    return form_page(
        request, form, Screen(_("New calendar"), _("Create calendar"), back, breadcrumbs=crumbs(agency)), save
    )


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_http_methods(["GET", "POST"])
def new_calendar_version(request: HttpRequest, agency: str, calendar: str) -> HttpResponse:
    """A new version of a calendar. Clocks that run keep the hours they started with."""
    newest = selectors.newest_calendar_version(calendar)
    back = reverse("slas:calendar", args=[agency, calendar])
    form = CalendarForm(request.POST or None, initial=CalendarForm.initial_of(newest))
    screen = Screen(
        title=_("New version of %(name)s") % {"name": newest.calendar.name},
        submit=_("Save as new version"),
        back=back,
        help=_("Clocks that run keep the hours they started with."),
        breadcrumbs=crumbs(agency, newest.calendar.name),
    )

    def save(data: CalendarVersionFields) -> tuple[str, str]:
        services.new_calendar_version(calendar_id=newest.calendar_id, **data)
        return _("Saved as a new version."), back

    return form_page(request, form, screen, save)


@staff(permissions.SEE)
@require_GET
def calendar(request: HttpRequest, agency: str, calendar: str) -> HttpResponse:
    """One calendar: its hours in the next four weeks, its versions, and the public holidays that are proposed."""
    newest = selectors.newest_calendar_version(calendar)
    row = newest.calendar
    versions = [(version, hours_in_words(version.spec)) for version in selectors.calendar_versions(row.id)]
    feed = selectors.holiday_feed(row.id)
    context = {
        "calendar": row,
        "newest": newest,
        "menu": shelf_menu(agency, "calendar", row.slug),
        "hours": hours_in_words(newest.spec),
        "weeks": selectors.coming_days(newest, 28),
        "versions": versions,
        "feed": feed,
        "proposals": selectors.proposed_holidays(row.id),
        "feed_form": HolidayFeedForm(initial={"country": feed.country, "region": feed.region} if feed else None),
        "breadcrumbs": _calendar_crumbs(agency, row.name),
    }
    return page(request, "slas/calendar.html", context)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_http_methods(["GET", "POST"])
def follow_holidays(request: HttpRequest, agency: str, calendar: str) -> HttpResponse:
    """Whose public holidays are proposed from now on."""
    newest = selectors.newest_calendar_version(calendar)
    back = reverse("slas:calendar", args=[agency, calendar])
    feed = selectors.holiday_feed(newest.calendar_id)
    initial = {"country": feed.country, "region": feed.region} if feed else None
    screen = Screen(
        title=_("Public holidays for %(name)s") % {"name": newest.calendar.name},
        submit=_("Propose holidays"),
        back=back,
        help=_("They arrive as proposals. No deadline moves until you close the calendar on them."),
        breadcrumbs=_calendar_crumbs(agency, newest.calendar.name),
    )

    def save(data: HolidayFeedFields) -> tuple[str, str]:
        made = holidays.follow_holidays(calendar_id=newest.calendar_id, **data)
        return _("Proposed. Look at them and decide.") if made else _("No holidays are proposed any more."), back

    return form_page(request, HolidayFeedForm(request.POST or None, initial=initial), screen, save)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_POST
def decide_holidays(request: HttpRequest, agency: str, calendar: str) -> HttpResponse:
    """Closes the calendar on the chosen days."""
    newest = selectors.newest_calendar_version(calendar)
    back = reverse("slas:calendar", args=[agency, calendar])
    chosen = [text for text in request.POST.getlist("close_ids") if is_uuid(text)]
    rest = "declined" if request.POST.get("rest") == "declined" else ""
    try:
        closed = holidays.decide_holidays(calendar_id=newest.calendar_id, close_ids=chosen, rest=rest)
    except DomainError as error:
        return refused(request, error, back)
    said = ngettext("Closed on %(count)s day.", "Closed on %(count)s days.", closed) % {"count": closed}
    return done(request, said if closed else _("Open as usual on all of them."), back)


def _calendar_crumbs(agency: str, name: str) -> list[dict[str, str]]:
    return [
        *crumbs(agency),
        {"label": _("Calendars"), "url": reverse("slas:calendars", args=[agency])},
        {"label": name, "url": ""},
    ]
