"""The states of clocks, of moves of clocks and of proposed holidays, with how each looks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.vocabulary import Look, Vocabulary


class ClockState(Vocabulary):
    """The state words of a clock; judged by ``slas.engine`` and only cached here."""

    NOT_STARTED = "not_started", Look("neutral", "circle-dashed"), _("Not started")
    RUNNING = "running", Look("info", "timer", fill="info"), _("Running")
    PAUSED = "paused", Look("neutral", "circle-pause"), _("Paused")
    OUTSIDE_HOURS = "outside_hours", Look("neutral", "moon"), _("Outside hours")
    AT_RISK = "at_risk", Look("warn", "alarm-clock", fill="warn"), _("At risk")
    MET = "met", Look("good", "circle-check", fill="good"), _("Met")
    BREACHED = "breached", Look("bad", "alarm-clock-off", fill="bad", client=_("Missed")), _("Breached")
    CANCELLED = "cancelled", Look("neutral", "circle-slash"), _("Cancelled")


class MoveState(Vocabulary):
    """The state words of a move of open clocks to newer terms."""

    COUNTING = "counting", _("Counting")
    READY = "ready", _("Ready")
    APPLYING = "applying", _("Moving")
    DONE = "done", _("Done")
    DISCARDED = "discarded", _("Discarded")


class ProposalState(Vocabulary):
    """The state words of a proposed holiday."""

    PROPOSED = "proposed", _("Proposed")
    CLOSED = "closed", _("Closed")
    DECLINED = "declined", _("Open as usual")
