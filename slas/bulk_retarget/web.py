"""Pages of moves of open clocks."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from core.access.views import staff
from core.errors import DomainError, NotFound
from core.web.live_cache import version_of
from core.web.pages import done, page, refused, unchanged
from slas import permissions, subjects
from slas.bulk_retarget import selectors, services
from slas.calendars import selectors as calendars_selectors
from slas.pages import crumbs
from slas.policies import selectors as policies_selectors


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_POST
def prepare_policy_move(request: HttpRequest, agency: str, policy: str) -> HttpResponse:
    """Begins to count what the newest version would do to the open clocks of the older ones."""
    row = policies_selectors.policy_by_slug(policy)
    made = services.prepare_move(policy_version_id=policies_selectors.versions_of(row.id)[0].id)
    return redirect("slas:move", agency, made.id)


@staff(permissions.CHANGE_RESPONSE_TIMES)
@require_POST
def prepare_calendar_move(request: HttpRequest, agency: str, calendar: str) -> HttpResponse:
    """Begins to count what the newest hours of a calendar would do to the open clocks of the older ones."""
    newest = calendars_selectors.newest_calendar_version(calendar)
    made = services.prepare_move(calendar_version_id=newest.id)
    return redirect("slas:move", agency, made.id)


@staff(permissions.SEE)
@require_GET
def move(request: HttpRequest, agency: str, move_id: uuid.UUID) -> HttpResponse:
    """How far a move of open clocks is, what it comes to, and the choice to go on or to leave everything."""
    row = selectors.move(move_id)
    version = version_of(request, (selectors.move_token, (row.id,)))
    same = unchanged(request, version)
    if same:
        return same
    name = row.policy_version or f"{row.calendar_version.calendar} v{row.calendar_version.number}"
    context = {
        "move": row,
        "name": name,
        "shifts": _shifts(row.id),
        "lines": [(row.counted(word), text, tone) for word, text, tone in _MOVE_WORDS],
        "version": version,
        "breadcrumbs": crumbs(agency, _("Open clocks")),
    }
    return page(request, "slas/move.html", context, part="slas/_move.html")


def _shifts(move_id: uuid.UUID) -> list[tuple[subjects.Named | None, str, subjects.Moved]]:
    """What would change, by what it is the promise of; empty once it was decided."""
    rows = services.preview_move(move_id=move_id)
    names, label = subjects.named((row.subject_type, row.subject_id) for row in rows), policies_selectors.metric_label
    return [(names.get((row.subject_type, row.subject_id)), label(row.metric), row) for row in rows]


_MOVE_WORDS = (
    ("moved", gettext_lazy("Clocks that come to other terms"), ""),
    ("later", gettext_lazy("Deadlines that come later"), ""),
    ("sooner", gettext_lazy("Deadlines that come sooner"), ""),
    ("missed", gettext_lazy("Promises that are missed by it at once"), "bad"),
    ("no_longer_at_risk", gettext_lazy("Clocks that are no longer at risk"), "good"),
    ("dropped", gettext_lazy("Promises that are no longer made and end"), "warn"),
    ("same", gettext_lazy("Clocks that stay as they are"), ""),
    ("signed", gettext_lazy("Clocks under a running retainer: what was signed stays the promise"), ""),
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
    except NotFound:
        # Of another agency, or never there: nothing to say a word about.
        raise
    except DomainError as error:
        return refused(request, error, here)
    return done(request, message, here)
