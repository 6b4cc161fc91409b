"""What one client was promised, read from the rows themselves and not by what draws the pages."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from agreements.models import CoveredSystem, Retainer, TierInclusion
from clients.models import AISystem, Contact
from clients.selectors import PortalPlace
from core.tenancy import tenant_scope
from incidents.models import Incident, IncidentEntry
from monitoring.models import Check, Threshold
from slas.models import Clock, PolicyVersion, Target


@dataclass(frozen=True, slots=True)
class Terms:
    """The rows that may stand behind a sentence of one portal."""

    retainers: list[Retainer]
    # By the name of the system that it covers.
    versions: dict[str, PolicyVersion]
    targets: dict[uuid.UUID, list[Target]]
    inclusions: list[TierInclusion]
    systems: list[AISystem]
    contacts: list[Contact]
    checks: list[Check]
    limits: list[Threshold]
    incidents: list[Incident]
    entries: list[IncidentEntry]
    clocks: list[Clock]

    def clauses(self, name: str) -> list[str]:
        """The lines of one kind of all that was signed."""
        return [line for version in self.versions.values() for line in getattr(version, name)]

    def system_at(self, path: str) -> AISystem | None:
        """The system whose page this is."""
        return next((row for row in self.systems if f"/systems/{row.slug}/" in path), None)

    def incident_at(self, path: str) -> Incident | None:
        """The incident whose page this is."""
        return next((row for row in self.incidents if path.endswith(f"/incidents/{row.number}/")), None)

    def clocks_at(self, path: str) -> list[Clock]:
        """The clocks that such a page shows: of its incident, else of all that are open."""
        row = self.incident_at(path)
        shown = {row.id} if row else {one.id for one in self.incidents if one.resolved_at is None}
        return [one for one in self.clocks if one.subject_id in shown or (row is None and one.ended_at is None)]


def terms_of(place: PortalPlace) -> Terms:
    """The rows of one client."""
    with tenant_scope(place.agency_id):
        mine: dict[str, Any] = {"client_id": place.client_id}
        retainers = list(Retainer.objects.filter(**mine, state__in=("active", "ending")).select_related("tier"))
        links = CoveredSystem.objects.filter(**mine, retainer__in=retainers).select_related("system", "policy_version")
        versions = {row.system.name: row.policy_version for row in links}
        signed = {row.id for row in versions.values()}
        targets = Target.objects.filter(version_id__in=signed).select_related("calendar_version__calendar")
        return Terms(
            retainers=retainers,
            versions=versions,
            targets={one: [row for row in targets if row.version_id == one] for one in signed},
            inclusions=[line for row in retainers for line in _included(row)],
            systems=list(AISystem.objects.filter(**mine)),
            contacts=list(Contact.objects.filter(**mine, ended_at=None)),
            checks=list(Check.objects.filter(**mine, enabled=True).select_related("environment")),
            limits=list(Threshold.objects.filter(**mine).select_related("source_check")),
            incidents=list(Incident.objects.filter(**mine)),
            entries=list(IncidentEntry.objects.filter(**mine, client_visible=True)),
            clocks=list(Clock.objects.filter(**mine)),
        )


def _included(retainer: Retainer) -> list[TierInclusion]:
    """What the plan includes; what a plan says again under a code replaces what it inherits."""
    found: dict[str, TierInclusion] = {}
    tier = retainer.tier
    while tier is not None:
        for row in TierInclusion.objects.filter(tier_id=tier.id):
            found.setdefault(row.code, row)
        tier = tier.extends
    return list(found.values())
