"""What the tests of incidents share: a house whose systems are under contract, and an incident taken through its life.

Every call enters the house's scope at a moment that the test names, in UTC.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from agreements import selectors as agreements
from agreements import services as agreement_services
from core import clock
from core.access.roles import Role
from core.models import AuditEvent, OutboxEvent, User
from incidents import services
from incidents.models import Incident, IncidentEntry
from slas import selectors as slas
from slas import services as sla_services
from slas.models import Clock, ClockEvent, PolicyVersion
from tests.cast import AgencyFixture

# A Monday, ten in the morning in Berlin.
MORNING = "2026-06-01 08:00"


def utc(text: str) -> datetime:
    """An instant such as "2026-06-01 08:00", in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class IncidentScenario:
    """One house that has signed a policy for its system (Priority: around the clock for critical and high)."""

    def __init__(self, house: AgencyFixture, policy: str = "priority") -> None:
        self.house = house
        self._elder: uuid.UUID | None = None
        with self.at("2026-01-01 00:00"):
            sla_services.install_catalogue()
            agreement_services.install_catalogue()
            self.policy = next(row for row in slas.latest_policy_versions() if row.policy.slug == policy)
            house.system.owner_id = house.owner.id
            house.system.save()
            self._sign()

    def _sign(self) -> None:
        retainer = agreement_services.create_retainer(
            client_id=self.house.client.id,
            tier_id=agreements.tiers()[0].id,
            name="Care",
            price_minor=40_000,
            currency="EUR",
            hours_minutes=120,
            time_zone="Europe/Berlin",
            starts_on=date(2026, 1, 1),
            price_reason="agreed",
        )
        agreement_services.cover_system(
            retainer_id=retainer.id, system_id=self.house.system.id, policy_version_id=self.policy.id
        )
        agreement_services.activate(retainer_id=retainer.id)

    @contextmanager
    def at(self, moment: str, user: User | None = None, role: str = Role.OWNER) -> Iterator[None]:
        """The house's scope at that moment."""
        with clock.at(utc(moment)), self.house.scope(user, role):
            yield

    def open(self, moment: str = MORNING, **more: Any) -> uuid.UUID:
        """Opens an incident of the house's system; by default staff does, and it is high."""
        values: dict[str, Any] = {"title": "Answers are wrong", "severity": "high", "source": "staff"} | more
        with self.at(moment):
            return services.open_incident(**({"system_id": self.house.system.id} | values)).id

    def held(self, moment: str = MORNING, **more: Any) -> uuid.UUID:
        """Opens what an alert opens, and the client does not see yet."""
        return self.open(moment, **({"source": "alert", "fingerprint": f"check:{uuid.uuid4()}"} | more))

    def unsigned(self, moment: str = MORNING, **more: Any) -> uuid.UUID:
        """Opens one of a system that no retainer covers, and gives it the house's response times."""
        bare = self.open(moment, system_id=self.house.other_system.id, **more)
        self.do("change_policy", bare, moment, policy_version_id=self.policy.id)
        return bare

    def elder(self) -> uuid.UUID:
        """An older open incident, opened once, into which a younger one can be merged."""
        if self._elder is None:
            self._elder = self.open("2026-06-01 07:00", title="Answers are late")
        return self._elder

    def do(self, step: str, incident_id: uuid.UUID, moment: str = MORNING, **more: Any) -> Incident:
        """Calls the service of that name on the incident."""
        with self.at(moment):
            done: Incident = getattr(services, step)(incident_id=incident_id, **more)
            return done

    def row(self, incident_id: uuid.UUID) -> Incident:
        """The row as it stands."""
        with self.house.scope():
            return Incident.objects.get(id=incident_id)

    def row_here(self, incident_id: uuid.UUID) -> Incident:
        """The same inside a scope that is entered already."""
        return Incident.objects.get(id=incident_id)

    def timeline(self, incident_id: uuid.UUID) -> list[str]:
        """The kinds of its entries, as they are read."""
        with self.house.scope():
            return list(IncidentEntry.objects.filter(incident_id=incident_id).values_list("kind", flat=True))

    def entry(self, incident_id: uuid.UUID, kind: str) -> IncidentEntry:
        """The newest entry of that kind."""
        with self.house.scope():
            found = IncidentEntry.objects.filter(incident_id=incident_id, kind=kind).order_by("-created_at", "-id")
            return found[0]

    def clocks(self, incident_id: uuid.UUID) -> dict[str, Clock]:
        """The newest clock of each metric."""
        with self.house.scope():
            rows = Clock.objects.filter(subject_type="incident", subject_id=incident_id).order_by("cycle")
            return {row.metric: row for row in rows}

    def states(self, incident_id: uuid.UUID) -> dict[str, str]:
        """How each promise stands, as it was last judged."""
        return {metric: row.state for metric, row in self.clocks(incident_id).items()}

    def told(self, incident_id: uuid.UUID) -> list[str]:
        """What others were told of it, by name, without the common beginning."""
        with self.house.scope():
            rows = OutboxEvent.objects.filter(payload__id=str(incident_id), name__startswith="incidents.incident.")
            return sorted(row.name.rpartition(".")[2] for row in rows)

    def audited(self, incident_id: uuid.UUID) -> list[str]:
        """What the audit trail says was done to it, by name."""
        with self.house.scope():
            rows = AuditEvent.objects.filter(object_id=incident_id, action__startswith="incidents.incident.")
            return sorted(row.action.rpartition(".")[2] for row in rows)

    def everything(self, incident_id: uuid.UUID) -> dict[str, Any]:
        """All that a write could change, for comparing before and after."""
        with self.house.scope():
            return {
                "row": Incident.objects.filter(id=incident_id).values().get(),
                "entries": IncidentEntry.objects.filter(incident_id=incident_id).count(),
                "clocks": ClockEvent.objects.filter(clock__subject_id=incident_id).count(),
                "audit": AuditEvent.objects.count(),
                "news": OutboxEvent.objects.count(),
            }

    def hold_minutes(self, minutes: int | None) -> None:
        """What the signed policy says about how long a serious incident is held."""
        with self.house.scope():
            PolicyVersion.objects.filter(id=self.policy.id).update(publish_after_minutes=minutes)


def publish(moment: str, limit: int = 200) -> int:
    """One pass of the sweep that publishes, at that moment."""
    with clock.at(utc(moment)):
        return services.publish_due(limit=limit)
