"""The one thing to do next about an incident: what the workbench puts on its primary button."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.models import Incident
from incidents.readings import Reading
from incidents.states import Action, IncidentState
from slas.selectors import ClockView

# It is no step of the incident's life: a message may be sent in every state.
UPDATE = "update"

# The client waits for an answer to these; the other comes round by itself, and presses only when it is near.
ANSWERS = ("first_response", "next_response")
ROUND = "periodic_update"
NEAR = ("at_risk", "breached")
STANDING_STILL = ("paused", "not_started")


@dataclass(frozen=True, slots=True)
class Standing:
    """All that decides. ``held`` where the client may not see it yet and nobody has judged it; ``well`` is what was
    measured last of all that fired, None where nothing is measured."""

    state: str
    held: bool = False
    waiting: bool = False
    owes_update: bool = False
    well: bool | None = None


def next_action(now: Standing) -> str:
    """A Step, or UPDATE; empty where nothing is left to do.

    Somebody takes it, then says whether it is real, then keeps the client informed. Only then comes the work: to go on
    after a wait, to contain it, to solve it. What is measured to be ill is not solved, so that then the client hears
    how it goes.
    """
    if now.state == IncidentState.RESOLVED:
        return Action.CLOSE
    if now.state not in IncidentState.open_values():
        return ""
    if now.state == IncidentState.NEW:
        return Action.ACKNOWLEDGE
    if now.held:
        return Action.CONFIRM
    return _work(now)


def _work(now: Standing) -> str:
    if now.owes_update:
        return UPDATE
    if now.waiting:
        return Action.RESUME
    if now.well:
        return Action.RESOLVE
    if now.state == IncidentState.ACKNOWLEDGED:
        return Action.MITIGATE
    return Action.RESOLVE if now.well is None else UPDATE


def owes_update(clocks: Iterable[ClockView]) -> bool:
    """Whether the client is owed a message now: an answer is open, or the regular update is near or late."""
    return any(_presses(clock) for clock in clocks if clock.ended_at is None)


def _presses(clock: ClockView) -> bool:
    if clock.metric in ANSWERS:
        return clock.state not in STANDING_STILL
    return clock.metric == ROUND and clock.state in NEAR


def is_well(measured: Iterable[Reading]) -> bool | None:
    """Whether all that was measured last is good; None where nothing is measured."""
    answers = [reading.good for reading in measured]
    return all(answers) if answers else None


def standing_of(row: Incident, clocks: Iterable[ClockView], *, well: bool | None) -> Standing:
    """How an incident stands, from its row and its clocks as they are shown."""
    return Standing(
        state=row.state,
        held=row.published_at is None and row.confirmed_at is None,
        waiting=bool(row.waiting_on),
        owes_update=owes_update(clocks),
        well=well,
    )
