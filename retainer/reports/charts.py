"""What a chart of one metric is drawn from; the same on dashboard and portal and beside an incident."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import NotFound
from core.format import day, duration
from incidents import selectors as incidents
from monitoring import selectors as monitoring
from monitoring.checks.ranges import SPANS, span_of
from monitoring.limits import RATIO, shown_unit, unit_of
from monitoring.samples.charting import DAY, Series

# Of the newest: more of them than this are one band to the eye.
MOST_BANDS = 200


def chart(request: HttpRequest, system_id: uuid.UUID) -> dict[str, object]:
    """``times`` (Unix seconds), ``values`` (None where nothing was measured), ``low`` and ``high`` where values are
    averaged, ``thresholds``, ``bands``, and ``counted`` and ``empty``: how it was counted, or why there is nothing."""
    check = monitoring.check(uuid.UUID(request.GET.get("check", "")))
    if check.system_id != system_id:
        raise NotFound(_("There is no such chart."))
    metric, end = request.GET.get("metric", ""), now()
    start = end - timedelta(hours=SPANS[span_of(request)])
    unit = unit_of(check, metric)
    found = monitoring.series(check.id, metric, start, end)
    known = monitoring.first_and_last_value(check.id, metric)
    return {
        "unit": shown_unit(unit),
        **_drawn(found, unit),
        "counted": _counted(found, start, known),
        "empty": "" if found.points else _nothing(known),
        "thresholds": _limits(check.id, metric, unit),
        "bands": _incidents(system_id, start, end),
        "start": _seconds(start),
        "end": _seconds(end),
    }


def _drawn(found: Series, unit: str) -> dict[str, object]:
    points = found.points
    drawn: dict[str, object] = {
        "step": found.width,
        "times": [_seconds(point.at) for point in points],
        "values": [_shown(point.value, unit) for point in points],
    }
    if found.width:
        drawn["low"] = [_shown(point.low, unit) for point in points]
        drawn["high"] = [_shown(point.high, unit) for point in points]
    return drawn


def _shown(value: float | None, unit: str) -> float | None:
    """In the unit in which the page shows it: a ratio is read as per cent, on the page and in its chart alike."""
    return None if value is None else round(value * (100 if unit == RATIO else 1), 6)


def _counted(found: Series, start: datetime, known: tuple[datetime, datetime] | None) -> str:
    """How what is drawn was counted, and from when on there is anything, where the period begins before."""
    if not found.points:
        return ""
    time = _("day") if found.width == DAY else duration(found.width)
    said = _("Average per %(time)s, band = lowest to highest") % {"time": time} if found.width else _("Each value")
    if known is None or known[0] <= start:
        return said
    return said + " · " + _("first values on %(day)s") % {"day": day(known[0].date())}


def _nothing(known: tuple[datetime, datetime] | None) -> str:
    if known is None:
        return _("Nothing was measured yet.")
    words = _("Nothing was measured in this period. First values on %(first)s, latest on %(last)s.")
    return words % {"first": day(known[0].date()), "last": day(known[1].date())}


def _limits(check_id: uuid.UUID, metric: str, unit: str) -> list[dict[str, float | str | None]]:
    rows = [row for row in monitoring.thresholds_of(check_id) if row.metric == metric]
    return [
        {"value": _shown(row.limit, unit), "label": monitoring.bad_side(row), "side": row.comparison} for row in rows
    ]


def _incidents(system_id: uuid.UUID, start: datetime, end: datetime) -> list[dict[str, int | str]]:
    return [
        {"from": _seconds(row.opened_at), "to": _seconds(row.over_at or end), "label": row.reference}
        for row in incidents.incidents_between(system_id, start, end)[:MOST_BANDS]
    ]


def _seconds(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp())
