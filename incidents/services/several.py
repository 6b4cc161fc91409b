"""One step for several incidents. Each goes its own way: what one refuses keeps the others from nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError, NotFound
from core.selectors import member_of_user
from incidents.models import Incident
from incidents.services.actions import acknowledge, assign
from incidents.services.base import locked_row
from incidents.states import Action, allowed

MOST_AT_ONCE = 100
# Why one was left as it is although nothing was wrong: it had that owner already. Else it is the name of its state.
SAME_OWNER = "same_owner"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many were changed; by reason, the references of those that were so already; and what others were refused."""

    done: list[str] = field(default_factory=list)
    already: dict[str, list[str]] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)


def acknowledge_several(*, incident_ids: Collection[uuid.UUID]) -> Outcome:
    """Acknowledges each that is new. A second time changes nothing."""

    def why_not(row: Incident) -> str:
        return "" if allowed(Action.ACKNOWLEDGE, row.state) else row.state

    return _each(incident_ids, why_not, lambda row: acknowledge(incident_id=row.id))


def assign_several(*, incident_ids: Collection[uuid.UUID], owner_id: uuid.UUID | None) -> Outcome:
    """Gives each that owner, or none. A second time changes nothing."""
    if owner_id and member_of_user(owner_id) is None:
        raise NotFound(_("There is no such person here."), field="owner_id")

    def why_not(row: Incident) -> str:
        return SAME_OWNER if row.owner_id == owner_id else ""

    return _each(incident_ids, why_not, lambda row: assign(incident_id=row.id, owner_id=owner_id))


def _each(
    incident_ids: Collection[uuid.UUID], why_not: Callable[[Incident], str], act: Callable[[Incident], object]
) -> Outcome:
    outcome = Outcome()
    for incident_id in _found(incident_ids):
        # A savepoint each, and the lock before the question, so that a second press waits and finds it done.
        try:
            with transaction.atomic():
                row = locked_row(incident_id)
                reason = why_not(row)
                if not reason:
                    act(row)
        except DomainError as error:
            outcome.refused.append((row.reference, error.message))
            continue
        if reason:
            outcome.already.setdefault(reason, []).append(row.reference)
        else:
            outcome.done.append(row.reference)
    return outcome


def _found(incident_ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """The ids in the order of their numbers, in which everybody locks them. One that is unknown refuses them all."""
    wanted = set(incident_ids)
    if not wanted:
        raise DomainError(_("Select at least one incident."))
    if len(wanted) > MOST_AT_ONCE:
        raise DomainError(_("Select at most %(most)s incidents at once.") % {"most": MOST_AT_ONCE})
    found = list(Incident.objects.filter(id__in=wanted).order_by("number").values_list("id", flat=True))
    if len(found) != len(wanted):
        raise NotFound(_("There is no such incident."), field="incident_id")
    return found
