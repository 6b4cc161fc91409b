"""The one map from a state to its badge. A new word is added to the interface specification first, then here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Tone = Literal["neutral", "info", "good", "warn", "bad"]
Word = str | Promise


@dataclass(frozen=True, slots=True)
class Badge:
    """Icon and word on a tint. ``client_word`` is what the portal says where it differs; an empty icon is meant."""

    tone: Tone
    icon: str
    word: Word
    solid: bool = False
    client_word: Word = ""


BADGES: dict[str, dict[str, Badge]] = {
    "system": {
        "healthy": Badge("good", "circle-check", _("Healthy")),
        "degraded": Badge("warn", "triangle-alert", _("Degraded")),
        "down": Badge("bad", "octagon-x", _("Down"), solid=True),
        "unknown": Badge("neutral", "circle-help", _("Unknown")),
        "maintenance": Badge("info", "wrench", _("Maintenance")),
        "paused": Badge("neutral", "circle-pause", _("Paused")),
    },
    "clock": {
        "not_started": Badge("neutral", "circle-dashed", _("Not started")),
        "running": Badge("info", "timer", _("Running")),
        "paused": Badge("neutral", "circle-pause", _("Paused")),
        "outside_hours": Badge("neutral", "moon", _("Outside hours")),
        "at_risk": Badge("warn", "alarm-clock", _("At risk")),
        "met": Badge("good", "circle-check", _("Met")),
        "breached": Badge("bad", "alarm-clock-off", _("Breached"), client_word=_("Missed")),
        "cancelled": Badge("neutral", "circle-slash", _("Cancelled")),
    },
    "severity": {
        "critical": Badge("bad", "chevrons-up", _("Critical"), solid=True),
        "high": Badge("bad", "chevron-up", _("High")),
        "medium": Badge("warn", "equal", _("Medium")),
        "low": Badge("neutral", "chevron-down", _("Low")),
    },
    # Criticality and tier are plain words with their noun and never a colour.
    "criticality": {
        "high": Badge("neutral", "", _("High criticality")),
        "medium": Badge("neutral", "", _("Medium criticality")),
        "low": Badge("neutral", "", _("Low criticality")),
    },
    "alert": {
        "firing": Badge("bad", "bell-ring", _("Firing")),
        "acknowledged": Badge("info", "eye", _("Acknowledged")),
        "muted": Badge("neutral", "bell-off", _("Muted")),
        "recovered": Badge("good", "circle-check", _("Recovered")),
    },
    "incident": {
        "new": Badge("bad", "siren", _("New")),
        "acknowledged": Badge("info", "eye", _("Acknowledged")),
        "mitigated": Badge("warn", "shield", _("Mitigated")),
        "resolved": Badge("good", "circle-check", _("Resolved")),
        "closed": Badge("neutral", "lock", _("Closed")),
        "false_alarm": Badge("neutral", "circle-slash", _("False alarm")),
        "merged": Badge("neutral", "merge", _("Merged")),
    },
    "request": {
        "new": Badge("info", "inbox", _("New")),
        "waiting_on_us": Badge("warn", "clock", _("Waiting on us")),
        "waiting_on_client": Badge("neutral", "hourglass", _("Waiting on client"), client_word=_("Waiting on you")),
        "covered": Badge("good", "circle-check", _("Covered"), client_word=_("Included")),
        "separately_billable": Badge("info", "receipt", _("Separately billable")),
        "later": Badge("neutral", "calendar-clock", _("Later")),
        "closed": Badge("neutral", "lock", _("Closed")),
    },
    "deliverable": {
        "planned": Badge("neutral", "calendar", _("Planned")),
        "in_progress": Badge("info", "loader", _("In progress")),
        "due_soon": Badge("warn", "calendar-clock", _("Due soon")),
        "overdue": Badge("bad", "circle-alert", _("Overdue")),
        "done": Badge("good", "circle-check", _("Done")),
        "not_needed": Badge("neutral", "circle-slash", _("Not needed")),
        "missed": Badge("bad", "circle-x", _("Missed")),
    },
    "change": {
        "documented": Badge("neutral", "file-text", _("Documented")),
        "approved": Badge("info", "clipboard-check", _("Approved")),
        "implemented": Badge("warn", "rocket", _("Implemented")),
        "verified": Badge("good", "circle-check", _("Verified")),
        "rolled_back": Badge("bad", "undo-2", _("Rolled back")),
        "cancelled": Badge("neutral", "circle-slash", _("Cancelled")),
    },
    "change_order": {
        "draft": Badge("neutral", "pencil", _("Draft")),
        "sent": Badge("info", "send", _("Sent"), client_word=_("Waiting on you")),
        "approved": Badge("good", "circle-check", _("Approved")),
        "declined": Badge("neutral", "circle-x", _("Declined")),
        "expired": Badge("neutral", "hourglass", _("Expired")),
        "done": Badge("good", "package-check", _("Done")),
        "invoiced": Badge("neutral", "receipt", _("Invoiced")),
    },
    "invoice": {
        "draft": Badge("neutral", "pencil", _("Draft")),
        "issued": Badge("info", "send", _("Issued")),
        "paid": Badge("good", "circle-check", _("Paid")),
        "overdue": Badge("bad", "circle-alert", _("Overdue")),
        "credited": Badge("neutral", "undo-2", _("Credited")),
    },
    "retainer": {
        "draft": Badge("neutral", "pencil", _("Draft")),
        "proposed": Badge("info", "send", _("Proposed")),
        "accepted": Badge("info", "file-check", _("Accepted")),
        "active": Badge("good", "circle-check", _("Active")),
        "ending": Badge("warn", "calendar-clock", _("Ending")),
        "ended": Badge("neutral", "lock", _("Ended")),
    },
    "backlog": {
        "idea": Badge("neutral", "lightbulb", _("Idea")),
        "scored": Badge("neutral", "scale", _("Scored")),
        "ready": Badge("neutral", "flag", _("Ready")),
        "planned": Badge("neutral", "calendar", _("Planned")),
        "doing": Badge("info", "loader", _("Doing")),
        "verify": Badge("warn", "eye", _("Verify")),
        "done": Badge("good", "circle-check", _("Done")),
    },
    "release": {
        "candidate": Badge("info", "git-branch", _("Candidate")),
        "live": Badge("good", "rocket", _("Live")),
        "superseded": Badge("neutral", "history", _("Superseded")),
        "rolled_back": Badge("bad", "undo-2", _("Rolled back")),
    },
}

# A check and a threshold stand in the words of a system.
ALIASES = {"check": "system", "threshold": "system", "health": "system"}


def badge_for(kind: str, state: str) -> Badge:
    """The badge of a state; ``KeyError`` for a kind or a word that is not on the list."""
    return BADGES[ALIASES.get(kind, kind)][str(state)]
