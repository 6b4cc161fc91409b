"""Of what a story is made: people, clients, systems with their metrics, and past incidents."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in to the demo."""

    name: str
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class Metric:
    """A value the system reports: its usual level, its noise, and the agreed limit if there is one."""

    name: str
    level: float
    noise: float
    unit: str = ""
    comparison: str = ""
    limit: float | None = None
    clear: float | None = None
    # What it means for people when the limit is broken.
    impact: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """One AI system."""

    name: str
    purpose: str
    criticality: str
    customer_facing: bool
    policy: str
    metrics: tuple[Metric, ...]
    # The live one is the sample system itself; the others answer beside it.
    live: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    """One client with its plan, its people and its systems."""

    name: str
    time_zone: str
    country: str
    tier: str
    price_minor: int
    hours_minutes: int
    contacts: tuple[tuple[str, str, tuple[str, ...]], ...]
    systems: tuple[System, ...]
    live: bool = True
    months: int = 5


@dataclass(frozen=True, slots=True)
class Episode:
    """A past incident: how many days ago, at which local hour, on which system, and how it went (minutes)."""

    days_ago: int
    hour: int
    system: str
    title: str
    severity: str
    acknowledged_after: int
    resolved_after: int
    updates: tuple[str, ...] = ()
    resolution: str = ""
    false_alarm: str = ""
    waited_on_client: tuple[int, int] = (0, 0)
    lesson: tuple[str, str, int, int] | None = None
    tags: tuple[str, ...] = field(default=())
