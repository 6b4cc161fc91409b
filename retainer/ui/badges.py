"""Which vocabulary a kind of badge speaks. The words, their tones and their icons stand with the enum itself."""

from __future__ import annotations

from agreements.words import RetainerState
from backlog.words import BacklogState
from clients.approvals.words import ApprovalState
from clients.words import Criticality
from core.vocabulary import Vocabulary
from incidents.states import IncidentState
from monitoring.words import AlertState, Health
from slas.states import ClockState
from slas.words import Severity

# A check and a threshold stand in the words of a system.
KINDS: dict[str, type[Vocabulary]] = {
    "system": Health,
    "check": Health,
    "threshold": Health,
    "health": Health,
    "clock": ClockState,
    "severity": Severity,
    # Criticality and tier are plain words with their noun and never a colour.
    "criticality": Criticality,
    "alert": AlertState,
    "incident": IncidentState,
    "retainer": RetainerState,
    "approval": ApprovalState,
    "backlog": BacklogState,
}


def word_of(kind: str, state: str) -> Vocabulary:
    """The word of a state; ``KeyError`` for a kind that is not on the list, ``ValueError`` for a word that is not."""
    return KINDS[kind](state)
