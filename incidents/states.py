"""The incident's states, and which step may follow which."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.vocabulary import Look, Vocabulary


class IncidentState(Vocabulary):
    """The state words of an incident. Waiting on somebody is a field of its own and hides no stage."""

    NEW = "new", Look("bad", "siren"), _("New")
    ACKNOWLEDGED = "acknowledged", Look("info", "eye"), _("Acknowledged")
    MITIGATED = "mitigated", Look("warn", "shield"), _("Mitigated")
    RESOLVED = "resolved", Look("good", "circle-check"), _("Resolved")
    CLOSED = "closed", Look("neutral", "lock"), _("Closed")
    FALSE_ALARM = "false_alarm", Look("neutral", "circle-slash"), _("False alarm")
    MERGED = "merged", Look("neutral", "merge"), _("Merged")

    @classmethod
    def open_values(cls) -> list[str]:
        """The states in which somebody still has work to do."""
        return [cls.NEW.value, cls.ACKNOWLEDGED.value, cls.MITIGATED.value]


class Action(models.TextChoices):
    """What a person can do to an incident."""

    CONFIRM = "confirm", _("Confirm")
    FALSE_ALARM = "false_alarm", _("Call it a false alarm")
    ACKNOWLEDGE = "acknowledge", _("Acknowledge")
    PAUSE = "pause", _("Pause")
    RESUME = "resume", _("Resume")
    MITIGATE = "mitigate", _("Mark mitigated")
    RESOLVE = "resolve", _("Resolve")
    REOPEN = "reopen", _("Reopen")
    CLOSE = "close", _("Close")
    MERGE = "merge", _("Merge")


_OPEN = frozenset({IncidentState.NEW, IncidentState.ACKNOWLEDGED, IncidentState.MITIGATED})

# Step -> (states it is allowed in, state it leads to; None keeps the state).
TRANSITIONS: dict[Action, tuple[frozenset[IncidentState], IncidentState | None]] = {
    Action.CONFIRM: (_OPEN, None),
    Action.FALSE_ALARM: (_OPEN, IncidentState.FALSE_ALARM),
    Action.ACKNOWLEDGE: (frozenset({IncidentState.NEW}), IncidentState.ACKNOWLEDGED),
    Action.PAUSE: (_OPEN, None),
    Action.RESUME: (_OPEN, None),
    Action.MITIGATE: (frozenset({IncidentState.NEW, IncidentState.ACKNOWLEDGED}), IncidentState.MITIGATED),
    Action.RESOLVE: (_OPEN, IncidentState.RESOLVED),
    Action.REOPEN: (
        frozenset({IncidentState.RESOLVED, IncidentState.FALSE_ALARM, IncidentState.MERGED}),
        IncidentState.ACKNOWLEDGED,
    ),
    Action.CLOSE: (frozenset({IncidentState.RESOLVED}), IncidentState.CLOSED),
    Action.MERGE: (_OPEN, IncidentState.MERGED),
}


def allowed(step: Action, state: str) -> bool:
    """True where the step may be taken from the state."""
    return state in TRANSITIONS[step][0]
