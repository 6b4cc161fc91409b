"""The fixed words of this app."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.vocabulary import Look, Vocabulary


class Severity(Vocabulary):
    """How bad one incident or request is."""

    CRITICAL = "critical", Look("bad", "chevrons-up", solid=True), _("Critical")
    HIGH = "high", Look("bad", "chevron-up"), _("High")
    MEDIUM = "medium", Look("warn", "equal"), _("Medium")
    LOW = "low", Look("neutral", "chevron-down"), _("Low")


class Metric(Vocabulary):
    """The separate promises of a policy."""

    TRIAGE = "triage", _("Triage")
    FIRST_RESPONSE = "first_response", _("First response")
    NEXT_RESPONSE = "next_response", _("Next response")
    PERIODIC_UPDATE = "periodic_update", _("Client update")
    MITIGATION = "mitigation", _("Mitigation")
    RESOLUTION = "resolution", _("Resolution")


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


class Party(Vocabulary):
    """Who may be waited on."""

    CLIENT = "client", Look(fill="client"), _("The client")
    VENDOR = "vendor", Look(fill="vendor"), _("A vendor")
    PROVIDER = "provider", Look(fill="provider"), _("The model provider")
    WINDOW = "window", Look(fill="window"), _("An agreed window")


class ResponseRule(Vocabulary):
    """What keeps a first response."""

    ACKNOWLEDGE = "acknowledge", _("Somebody begins to work on it")
    MESSAGE = "message", _("The client has a message from us")


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
