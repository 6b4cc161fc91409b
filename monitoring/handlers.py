"""What monitoring does about events: alerts that fire and end, checks of a system that is paused or resumed."""

from __future__ import annotations

import uuid
from typing import Any

from clients import selectors as clients
from core.clock import now
from core.events import Event, Handler, handler
from incidents import selectors as incidents
from incidents import services as incident_services
from monitoring import events
from monitoring.alerts.reconciling import set_right
from monitoring.alerts.services import fire, recover
from monitoring.models import Alert, Check
from monitoring.polling.schedule import first_due


@handler("monitoring.handlers.take_transition", ordered=True, first=True)
def take_transition(event: Event) -> None:
    """Fires or ends the alert of the check or threshold. Telling it twice changes nothing."""
    check = Check.objects.select_related("system", "environment").get(id=event.payload["check_id"])
    if event.version < events.VERSIONS[events.TRANSITIONED]:
        # Written before transitions had an order: only how it stands now can be told.
        set_right(check.id)
        return
    # What ``monitoring.polling.transitions`` has written.
    told: Any = event.payload
    if told["change"] in ("fired", "lost"):
        fire(check, told)
    else:
        recover(check, told)


@handler("monitoring.handlers.follow_pause", first=True)
def follow_pause(event: Event) -> None:
    """A paused system is not asked; one that runs is, and has an interval's time to send what it sends.

    By how it stands now, whatever the event said: that of a pause may come after the system has been resumed.
    """
    system = clients.locked_system(uuid.UUID(event.payload["id"]))
    rows = list(Check.objects.filter(system_id=system.id, enabled=True).order_by("id").select_for_update(of=("self",)))
    if system.paused_at is None:
        rows = [row for row in rows if row.next_due_at is None]
    for row in rows:
        row.next_due_at = None if system.paused_at else first_due(row, now())
        # Without its lease an answer that is under way is thrown away, and does not put the check back on the schedule.
        row.lease_id = None
    Check.objects.bulk_update(rows, ["next_due_at", "lease_id"])


@handler("monitoring.handlers.follow_merge")
def follow_merge(event: Event) -> None:
    """The alerts of a merged incident belong to the one that is kept, which may have been merged itself since.

    The kept one is locked, so that it is merged either before, which is seen, or after its new alerts are there to
    follow it. The alerts come first, as with whoever ends them.
    """
    merged = event.payload["id"]
    alerts = list(Alert.objects.filter(incident_id=merged).order_by("id").select_for_update(of=("self",)))
    kept = None
    while (named := incidents.incident(merged).merged_into_id) and named != kept:
        kept = incident_services.locked_row(named).id
    if named:
        Alert.objects.filter(id__in=[alert.id for alert in alerts]).update(incident_id=named)


HANDLERS: dict[str, tuple[Handler, ...]] = {
    events.TRANSITIONED: (take_transition,),
    "incidents.incident.merged": (follow_merge,),
    "clients.system.paused": (follow_pause,),
    "clients.system.resumed": (follow_pause,),
}
