"""What the clocks of incidents belong to, for the app that keeps clocks and knows no incident."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from agreements import selectors as agreements
from core.clock import now
from core.tenancy.context import require_scope
from incidents.models import Incident, IncidentEntry
from incidents.words import EntryKind
from slas.subjects import Moved, Named


class Incidents:
    """Incidents as the subjects of clocks."""

    def signed(self, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
        """Those whose system is covered by a running retainer now."""
        systems = dict(Incident.objects.filter(id__in=set(ids)).values_list("id", "system_id"))
        covered = agreements.covered_now(systems.values())
        return {one for one, system_id in systems.items() if system_id in covered}

    def named(self, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Named]:
        """By reference and title."""
        rows = Incident.objects.filter(id__in=set(ids))
        return {row.id: Named(str(row), row.number) for row in rows}

    def moved(self, changes: Sequence[Moved], terms: str) -> None:
        """One line on the timeline of each, which its client reads: what was promised until when, before and after."""
        shifts = defaultdict(list)
        for change in changes:
            shifts[change.subject_id].append(change)
        rows = Incident.objects.filter(id__in=shifts)
        IncidentEntry.objects.bulk_create(_line(row, shifts[row.id], terms) for row in rows)


def _line(row: Incident, changes: Sequence[Moved], terms: str) -> IncidentEntry:
    actor = require_scope().actor
    shifts = [
        {
            "metric": change.metric,
            "before": change.before and change.before.isoformat(),
            "after": change.after and change.after.isoformat(),
        }
        for change in changes
    ]
    return IncidentEntry(
        agency_id=row.agency_id,
        client_id=row.client_id,
        incident_id=row.id,
        at=now(),
        kind=EntryKind.POLICY,
        client_visible=True,
        data={"to": terms, "shifts": shifts},
        actor_kind=actor.kind,
        actor_id=actor.id,
    )
