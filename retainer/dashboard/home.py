"""Home: what somebody must do next, how each client stands, and what comes this week."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.access.roles import Capability, may
from core.access.views import staff
from core.clock import now
from core.format import duration
from core.selectors import events_version
from core.web.live_cache import version_of
from core.web.pages import page, unchanged, wants_part
from incidents import selectors as incidents
from monitoring import recent
from monitoring import selectors as monitoring
from retainer.dashboard.attention import attention
from retainer.dashboard.portfolio import health_by_client
from retainer.dashboard.roster import roster
from retainer.dashboard.steps import first_steps
from retainer.dashboard.week import dated, next_sentence, on_call, this_week
from retainer.viewer import membership_of

MOST_DATES = 8


@staff(Capability.VIEW)
@require_GET
def home(request: HttpRequest, agency: str) -> HttpResponse:
    """The page an agency's day starts with; its list stays live."""
    if wants_part(request) and "polling" in request.GET:
        # How old the last answer is changes by itself, and is no reason to draw everything anew.
        return page(request, "dashboard/_polling.html", _polling())
    version = version_of(request, events_version, monitoring.health_token)
    same = unchanged(request, version)
    if same:
        return same
    context = (
        _shown(agency, works=may(membership_of(request).role, Capability.WORK)) | _polling() | {"version": version}
    )
    if context["steps"] and not context["needs"]:
        context["verdict"] = _("Nothing is watched yet. These steps lead there.")
    return page(request, "dashboard/home.html", context, part="dashboard/_home.html")


def _shown(slug: str, *, works: bool) -> dict[str, object]:
    """What is on the page. What several parts of it need is read once."""
    open_rows, states, named = list(incidents.open_incidents()), monitoring.system_states(), roster()
    dates = dated(slug, open_rows, named)
    week = this_week(dates)
    return {
        **attention(slug, open_rows, Counter(states.values()), named, works=works),
        **health_by_client(slug, states, dates, named),
        "steps": first_steps(slug),
        "next": next_sentence(dates),
        "week": week[:MOST_DATES],
        "week_more": max(0, len(week) - MOST_DATES),
        "on_call": on_call(),
    }


def _polling() -> dict[str, object]:
    """When the last answer came, in words, and how many checks wait longer than they should."""
    found = recent.polling()
    if found is None:
        return {"polled": None}
    age = max(timedelta(0), now() - found.last_at)
    return {"polled": {"age": duration(age.total_seconds()), "at": found.last_at, "late": found.late}}
