"""What the portal's home says first: how things stand, what is being done, and when the client hears next."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _

from clients import selectors as clients
from core.clock import now
from incidents import selectors as incidents
from incidents.next_message import announced, next_message
from monitoring import selectors as monitoring
from monitoring.maintenance import selectors as maintenance
from monitoring.selectors import HealthView, MetricView
from slas import selectors as slas
from slas.selectors import ClockView

if TYPE_CHECKING:
    from clients.models import AISystem
    from incidents.models import Incident

MOST_COMING, MOST_METRICS, MOST_PAST = 3, 2, 5


@dataclass(frozen=True, slots=True)
class Standing:
    """One system of the client: how it is, and what it does for them beside what was agreed."""

    system: AISystem
    health: HealthView
    metrics: list[MetricView]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One open incident: its promises, and the one of them that ends with the next message to the client."""

    incident: Incident
    clocks: list[ClockView]
    message: ClockView | None

    @property
    def announced(self) -> str:
        """What stands before the time of that message; empty where none is owed."""
        return announced(self.message) if self.message else ""


def verdict(states: Sequence[str], open_rows: Sequence[Incident], *, watched: bool = True) -> str:
    """How everything stands, in one sentence or two."""
    if not states:
        return _("No system is being looked after yet.")
    if not watched and not open_rows:
        return _("None of your systems is watched yet.")
    worst = min(states, key=monitoring.WORST.index)
    words = {
        "down": _("Something is down."),
        "degraded": _("Something is not working as well as agreed."),
        "unknown": _("We are waiting for data from some of your systems."),
        "maintenance": _("Planned maintenance is under way."),
        "paused": _("Monitoring is paused."),
    }
    if worst != "healthy":
        begun = any(row.acknowledged_at for row in open_rows)
        return f"{words[worst]} {_('We are on it.')}" if begun else words[worst]
    if not open_rows:
        return _("Everything works.")
    # What nobody has measured as bad, or nobody has looked at yet, is not said to work again.
    if any(row.source != "alert" or row.state == "new" for row in open_rows):
        return _("We are looking into a problem.")
    return _("Everything works again. We are still watching.")


def systems_with_health() -> list[tuple[AISystem, HealthView]]:
    """The client's systems by name, each with how it stands."""
    rows = list(clients.systems())
    health = monitoring.system_health([row.id for row in rows])
    return [(row, health[row.id]) for row in rows]


def standings() -> list[Standing]:
    """The client's systems, the worst first, with those values of production that have an agreed limit."""
    found = sorted(systems_with_health(), key=lambda one: monitoring.WORST.index(one[1].state))
    return [Standing(row, health, _agreed(row.id)) for row, health in found]


def _agreed(system_id: uuid.UUID) -> list[MetricView]:
    return [view for view in monitoring.production_metrics(system_id) if view.threshold_text][:MOST_METRICS]


def troubles(open_rows: Iterable[Incident]) -> list[Trouble]:
    """What is open, each with its promises."""
    zone = get_current_timezone_name()
    found = []
    for row in open_rows:
        views = slas.clock_views(slas.current(slas.clocks_of("incident", row.id)), now(), zone)
        found.append(Trouble(row, views, next_message(views, now())))
    return found


@dataclass(frozen=True, slots=True)
class Coming:
    """One planned thing: when it begins, when it ends, and what it is."""

    at: datetime
    until: datetime
    title: str
    system: str


def coming() -> list[Coming]:
    """The planned maintenance that comes first or is under way."""
    names = {row.id: row.name for row in clients.systems()}
    rows = maintenance.coming_windows().filter(system_id__in=names)[:MOST_COMING]
    return [Coming(row.starts_at, row.ends_at, row.title, names[row.system_id]) for row in rows]


def lately() -> list[Incident]:
    """The newest incidents that are over; what is open stands above them."""
    open_ones = incidents.open_incidents().values("id")
    return list(incidents.incidents().exclude(id__in=open_ones)[:MOST_PAST])
