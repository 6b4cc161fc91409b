"""Writes of incidents: each step changes the row, the timeline, the clocks, the audit and the outbox in one go."""

from __future__ import annotations

from incidents.services.actions import (
    acknowledge,
    assign,
    call_false_alarm,
    close,
    confirm,
    mitigate,
    reopen,
    resolve,
)
from incidents.services.base import SUBJECT, locked_row
from incidents.services.client_messages import agree_date, hear_client
from incidents.services.disputes import DISPUTABLE_FOR, decide_dispute, dispute_pause
from incidents.services.merging import merge
from incidents.services.opening import import_incident, open_incident, open_or_join
from incidents.services.publication import publish_due
from incidents.services.several import acknowledge_several, assign_several
from incidents.services.terms import (
    change_policy,
    change_severity,
    policies_for,
    preview_opening,
    preview_terms,
    terms_at,
)
from incidents.services.waiting import pause, remind_due, resume
from incidents.services.writing import add_entry, post_note, post_update
