"""The periods that charts show, and a page's charts under one choice of them."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from monitoring.checks.selectors import MetricView

# In hours. An hour is for the chart beside an incident.
SPANS = {"1h": 1, "24h": 24, "7d": 24 * 7, "30d": 24 * 30, "90d": 24 * 90, "12m": 24 * 365}
USUAL = "24h"


def span_of(request: HttpRequest) -> str:
    """The period that the address asks for; a day where it asks for none we know."""
    span = request.GET.get("span", USUAL)
    return span if span in SPANS else USUAL


def ranges() -> list[tuple[str, str, str]]:
    """What can be chosen on a page: its name in the address, its short word, and its words."""
    return [
        ("24h", _("24 h"), _("the last 24 hours")),
        ("7d", _("7 d"), _("the last 7 days")),
        ("30d", _("30 d"), _("the last 30 days")),
        ("90d", _("90 d"), _("the last 90 days")),
        ("12m", _("12 m"), _("the last 12 months")),
    ]


def chart_grid(request: HttpRequest, address: str, metrics: Iterable[MetricView]) -> dict[str, object]:
    """What ``components/charts.html`` needs: every metric's chart, and the one period of them all."""
    known, span = ranges(), span_of(request)
    span = span if span in [key for key, _short, _words in known] else USUAL
    charts = [
        {
            "id": metric.key,
            "title": metric.label,
            "src": f"{address}?{urlencode({'check': metric.check_id, 'metric': metric.name, 'span': span})}",
        }
        for metric in metrics
    ]
    return {"charts": charts, "ranges": known, "span": span, "usual_span": USUAL}
