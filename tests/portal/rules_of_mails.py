"""What holds the sentences that only mails say."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from core.models import Invitation
from core.tenancy import tenant_scope
from slas.models import Clock
from tests.portal.demo import Said
from tests.portal.promises import rule
from tests.portal.rules import wrong
from tests.portal.terms import Terms

MESSAGES = ("first_response", "acknowledgement", "periodic_update")


@rule(r"(You hear from us by|We aim to write to you by) (.+) \(([\w/]+)\)\.")
def heard_again(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    """The nearest clock that a message to the client ends, in the zone that the sentence names."""
    running = [
        one for one in terms.clocks_at(said.path) if one.metric in MESSAGES and one.due_at and one.ended_at is None
    ]
    if not running:
        return "No clock of a message runs."
    due = min(one.due_at for one in running if one.due_at)
    # Two promises may fall due in the same second; one guarantee among them is enough.
    guaranteed = any(_is_guaranteed(one, terms) for one in running if one.due_at == due)
    at = due.astimezone(ZoneInfo(match[3]))
    holds = match[2].endswith(f"{at:%H:%M}") and guaranteed == match[1].startswith("You hear")
    return wrong(holds, f"The nearest message is due at {at:%H:%M}, guaranteed: {guaranteed}.")


def _is_guaranteed(clock: Clock, terms: Terms) -> bool:
    kept = terms.targets.get(clock.policy_version_id, [])
    return any(row.is_guarantee for row in kept if (row.metric, row.severity) == (clock.metric, clock.severity))


@rule(r"(Still waiting|Waiting) on you: .+")
def asked(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    row = terms.incident_at(said.path)
    return wrong(row is not None and row.waiting_on == "client", "Nobody waits for this client.")


@rule(r"We ended our work on .+")
def ended(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    row = terms.incident_at(said.path)
    return wrong(row is not None and row.resolved_at is not None, "The incident is open.")


@rule(r"The link works once, for this address, for (\d+) days\.")
def link_works(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    with tenant_scope(said.place.agency_id):
        rows = list(Invitation.objects.filter(contact_id__in=[one.id for one in terms.contacts], accepted_at=None))
    lasts = {round((row.expires_at - row.created_at).total_seconds() / 86_400) for row in rows}
    return wrong(int(match[1]) in lasts, f"Invitations last {sorted(lasts)} days.")
