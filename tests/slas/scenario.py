"""What the tests of clocks share: a policy on the house's desk, a subject to promise something about, and its rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from core import clock
from core.json_values import JsonValue
from core.models import AuditEvent, OutboxEvent
from slas import services
from slas.models import CalendarVersion, Clock, ClockEvent, ClockNotice, PolicyVersion
from tests.cast import AgencyFixture, random_id

HOUR = 3600
SUBJECT = "incident"
OFFICE: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}
ALWAYS: dict[str, JsonValue] = {"zone": "Europe/Berlin", "always": True}


def utc(text: str) -> datetime:
    """An instant such as "2026-06-01 08:00", in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class SlaScenario:
    """One house with a policy of its own. Every call enters the house's scope, at a moment that the test names."""

    def __init__(
        self, house: AgencyFixture, times: Mapping[str, int], spec: Mapping[str, Any] = OFFICE, **more: Any
    ) -> None:
        self.house = house
        with self.at("2026-01-01 00:00"):
            self.calendar: CalendarVersion = services.create_calendar(name=f"Hours {random_id()}", spec=spec)
            self.policy = self.new_policy(times, **more)

    @contextmanager
    def at(self, moment: str) -> Iterator[None]:
        """The house's scope at that moment."""
        with clock.at(utc(moment)), self.house.scope():
            yield

    def new_policy(self, times: Mapping[str, int], severity: str = "high", **more: Any) -> PolicyVersion:
        """A policy that promises these seconds by metric. Call it inside ``at``."""
        targets = [
            {"severity": severity, "metric": metric, "seconds": seconds, "calendar_version_id": self.calendar.id} | more
            for metric, seconds in times.items()
        ]
        return services.create_policy(name=f"Policy {random_id()}", targets=targets)

    def start(self, moment: str, subject_id: uuid.UUID | None = None, **more: Any) -> uuid.UUID:
        """Starts the clocks of a new subject and returns its id."""
        subject_id = subject_id or random_id()
        with self.at(moment):
            values: dict[str, Any] = {
                "severity": "high",
                "policy_version_id": self.policy.id,
                "started_at": utc(moment),
            } | more
            services.start_clocks(subject_type=SUBJECT, subject_id=subject_id, client_id=self.house.client.id, **values)
        return subject_id

    def record(self, subject_id: uuid.UUID, kind: Any, moment: str, *, now: str = "", **more: Any) -> list[Clock]:
        """Records an event that happened at ``moment``, by default as it happens."""
        with self.at(now or moment):
            return services.record_event(subject_type=SUBJECT, subject_id=subject_id, kind=kind, at=utc(moment), **more)

    def clock(self, subject_id: uuid.UUID, metric: str = "resolution", cycle: int = 1) -> Clock:
        """The row as it stands."""
        with self.house.scope():
            found: Clock = Clock.objects.get(subject_id=subject_id, metric=metric, cycle=cycle)
            return found

    def events(self, subject_id: uuid.UUID) -> list[str]:
        """The kinds of the subject's clock events, in order."""
        with self.house.scope():
            return list(ClockEvent.objects.filter(clock__subject_id=subject_id).values_list("kind", flat=True))

    def noted(self, subject_id: uuid.UUID) -> set[str]:
        """The thresholds that were noted."""
        with self.house.scope():
            return set(ClockNotice.objects.filter(clock__subject_id=subject_id).values_list("threshold", flat=True))

    def told(self, subject_id: uuid.UUID) -> list[str]:
        """The thresholds that others were told of, in order."""
        with self.house.scope():
            rows = OutboxEvent.objects.filter(payload__subject_id=str(subject_id), name__startswith="slas.clock.")
            return [row.payload["threshold"] for row in rows.order_by("created_at", "id")]

    def audited(self, action: str) -> int:
        """How many audit rows name this act."""
        with self.house.scope():
            return AuditEvent.objects.filter(action=action).count()


def sweep(moment: str) -> services.SweepResult:
    """One pass at that moment."""
    with clock.at(utc(moment)):
        return services.sweep_due()
