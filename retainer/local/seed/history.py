"""The past of the demo: values over months, and incidents as they went."""

from __future__ import annotations

import math
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from backlog import services as backlog
from clients import selectors as clients
from core import clock, outbox
from core.selectors import agency as own_agency
from core.selectors import members
from core.tenancy import Actor, tenant_scope
from incidents import services as incidents
from monitoring import selectors as monitoring
from monitoring.samples import store
from retainer.local.seed.nouns import Client, Episode, Metric, System

if TYPE_CHECKING:
    from clients.models import AISystem
    from monitoring.models import Check

# The raw values of the last day, and five-minute, hourly and daily buckets before that.
DAYS = 120
SEED = 2026

# Puts the clock to so many minutes after an episode began.
At = Callable[[float], AbstractContextManager[None]]


def write(agency_id: uuid.UUID, client_rows: tuple[Client, ...], episodes: tuple[Episode, ...]) -> None:
    """Writes values and incidents of one agency. The same seed gives the same past."""
    chance = random.Random(SEED)
    with tenant_scope(agency_id):
        people = {row.role: row.user_id for row in members()}
        systems = {row.name: row for row in clients.systems()}
        zone = ZoneInfo(own_agency().time_zone)
    for row in client_rows:
        for system in row.systems:
            _values(agency_id, systems[system.name], system, chance, episodes, days=min(DAYS, 30 * row.months))
    for episode in sorted(episodes, key=lambda one: -one.days_ago):
        _episode(agency_id, systems[episode.system], episode, people, zone)
    _quiet(agency_id)


def _values(
    agency_id: uuid.UUID,
    system: AISystem,
    row: System,
    chance: random.Random,
    episodes: tuple[Episode, ...],
    *,
    days: int,
) -> None:
    """Raw samples for a day, then rollups further back, with the same daily rhythm and a dip at each incident."""
    now = clock.now()
    dips = [
        (_began(episode, now), timedelta(minutes=episode.resolved_after))
        for episode in episodes
        if episode.system == row.name
    ]
    severe = {_began(one, now) for one in episodes if one.system == row.name and one.severity == "critical"}
    with tenant_scope(agency_id):
        check = monitoring.checks(system_id=system.id)[0]
        _outages(check, [dip for dip in dips if dip[0] in severe])
        for metric in (*row.metrics, Metric("latency", 0.19, 0.03, "s")):
            points = [(at, _value(metric, at, chance, dips)) for at in _grid(now - timedelta(days=1), now, 300)]
            store.write_samples(check, metric.name, points)
            for seconds, back in ((300, 7), (3600, min(days, 90)), (86400, days)):
                start = now - timedelta(days=back)
                buckets = [(at, _value(metric, at, chance, dips)) for at in _grid(start, now, seconds)]
                ends = [_ends(metric, at, mean, seconds, dips) for at, mean in buckets]
                count = max(1, seconds // check.interval_seconds)
                store.write_rollups(check, metric.name, seconds, buckets, count=count, ends=ends)


def _outages(check: Check, dips: list[tuple[datetime, timedelta]]) -> None:
    """The slots in which the system did not answer at all, in the buckets that uptime is counted from."""
    for began, lasted in dips:
        for seconds in (300, 3600):
            buckets = [(at, 1.0) for at in _grid(began, began + lasted + timedelta(seconds=seconds), seconds)]
            slots = int(lasted.total_seconds()) // check.interval_seconds // max(1, len(buckets))
            store.write_rollups(check, "down", seconds, buckets, count=max(1, slots))


def _grid(start: datetime, end: datetime, seconds: int) -> Iterator[datetime]:
    first = math.ceil(start.timestamp() / seconds) * seconds
    for instant in range(first, int(end.timestamp()) - seconds, seconds):
        yield datetime.fromtimestamp(instant, UTC)


def _value(metric: Metric, at: datetime, chance: random.Random, dips: list[tuple[datetime, timedelta]]) -> float:
    rhythm = math.sin(at.timestamp() / 86400 * 2 * math.pi) * metric.noise * 0.6
    value = metric.level + rhythm + chance.gauss(0, metric.noise * 0.5)
    if metric.limit is not None and any(start <= at < start + length for start, length in dips):
        value += (metric.limit - metric.level) * 1.15
    return max(0.0, round(value, 4))


def _ends(
    metric: Metric, at: datetime, mean: float, seconds: int, dips: list[tuple[datetime, timedelta]]
) -> tuple[float, float]:
    """The lowest and the highest value of a bucket: its noise, and an incident that lay in it."""
    around = metric.noise * (0.5 + 0.5 * abs(math.sin(at.timestamp())))
    found = [mean - around, mean + around]
    until = at + timedelta(seconds=seconds)
    if metric.limit is not None and any(start < until and start + length > at for start, length in dips):
        found.append(metric.level + (metric.limit - metric.level) * 1.15)
    most = 1.0 if metric.unit == "ratio" else math.inf
    return max(0.0, round(min(*found, mean), 4)), round(max(mean, min(most, max(found))), 4)


def _began(episode: Episode, now: datetime) -> datetime:
    day = (now - timedelta(days=episode.days_ago)).replace(minute=0, second=0, microsecond=0)
    return day.replace(hour=episode.hour)


def _episode(
    agency_id: uuid.UUID, system: AISystem, episode: Episode, people: dict[str, uuid.UUID], zone: ZoneInfo
) -> None:
    """Plays one past incident through the services, each step at its own time."""
    local = (clock.now() - timedelta(days=episode.days_ago)).astimezone(zone)
    began = local.replace(hour=episode.hour, minute=7, second=0, microsecond=0).astimezone(UTC)
    engineer = Actor("user", people.get("engineer", people["owner"]), "engineer")

    def at(minutes: float) -> AbstractContextManager[None]:
        return clock.at(began + timedelta(minutes=minutes))

    with at(0), tenant_scope(agency_id):
        row = incidents.open_incident(
            system_id=system.id,
            title=episode.title,
            severity=episode.severity,
            source="alert",
            fingerprint=f"demo:{episode.system}:{episode.days_ago}",
        )
    if episode.false_alarm:
        with at(episode.resolved_after), tenant_scope(agency_id, actor=engineer):
            incidents.call_false_alarm(incident_id=row.id, reason=episode.false_alarm)
        return
    with at(episode.acknowledged_after), tenant_scope(agency_id, actor=engineer):
        incidents.acknowledge(incident_id=row.id)
        incidents.confirm(incident_id=row.id)
    _wait(agency_id, engineer, row.id, episode, at)
    for place, text in enumerate(episode.updates):
        with at(episode.acknowledged_after + 3 + place * 25), tenant_scope(agency_id, actor=engineer):
            incidents.post_update(incident_id=row.id, body=text)
    with at(episode.resolved_after), tenant_scope(agency_id, actor=engineer):
        incidents.resolve(incident_id=row.id, body=episode.resolution)
    with at(episode.resolved_after + 2000), tenant_scope(agency_id, actor=engineer):
        if episode.lesson:
            title, kind, impact, risk = episode.lesson
            backlog.create_from_incident(
                incident_id=row.id, title=title, detail="", kind=kind, impact=impact, risk=risk
            )
        if episode.days_ago > 20:
            incidents.close(incident_id=row.id)


def _wait(
    agency_id: uuid.UUID,
    actor: Actor,
    incident_id: uuid.UUID,
    episode: Episode,
    at: At,
) -> None:
    start, end = episode.waited_on_client
    if not end:
        return
    with at(start), tenant_scope(agency_id, actor=actor):
        incidents.pause(incident_id=incident_id, party="client", reason="Waiting for examples from the client")
    with at(end), tenant_scope(agency_id, actor=actor):
        incidents.resume(incident_id=incident_id)


def _quiet(agency_id: uuid.UUID) -> None:
    """What happened months ago is not told to anybody today."""
    with tenant_scope(agency_id):
        outbox.settle()
