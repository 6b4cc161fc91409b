"""Which act keeps which promises: what counts as first response, as answer, as mitigation and as resolution."""

from __future__ import annotations

from datetime import datetime

from incidents.models import Incident
from incidents.next_action import UPDATE
from incidents.services.base import move_clocks
from incidents.states import Action
from slas import selectors as slas
from slas.words import Metric

# Whoever mitigates or reopens has begun, whether or not they acknowledged it first.
KEPT: dict[str, tuple[Metric, ...]] = {
    Action.ACKNOWLEDGE: (Metric.TRIAGE, Metric.FIRST_RESPONSE),
    Action.REOPEN: (Metric.TRIAGE, Metric.FIRST_RESPONSE),
    Action.MITIGATE: (Metric.TRIAGE, Metric.FIRST_RESPONSE, Metric.MITIGATION),
    Action.RESOLVE: (
        Metric.TRIAGE,
        Metric.FIRST_RESPONSE,
        Metric.NEXT_RESPONSE,
        Metric.MITIGATION,
        Metric.RESOLUTION,
    ),
    UPDATE: (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE),
}
# With these alone the client has heard nothing yet, which a policy may not call a response.
UNHEARD = (Action.ACKNOWLEDGE, Action.REOPEN, Action.MITIGATE)


def keep_promises(incident: Incident, act: str, at: datetime) -> None:
    """Ends the clocks of what the act keeps, at the moment of the act."""
    kept = KEPT[act]
    if act in UNHEARD and slas.message_is_response(incident.policy_version_id):
        kept = tuple(metric for metric in kept if metric != Metric.FIRST_RESPONSE)
    move_clocks(incident, "satisfy", at, metrics=kept)
