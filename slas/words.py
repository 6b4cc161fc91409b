"""The fixed words of this app."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Severity(models.TextChoices):
    """How bad one incident or request is."""

    CRITICAL = "critical", _("Critical")
    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")


class Metric(models.TextChoices):
    """The separate promises of a policy."""

    TRIAGE = "triage", _("Triage")
    FIRST_RESPONSE = "first_response", _("First response")
    NEXT_RESPONSE = "next_response", _("Next response")
    PERIODIC_UPDATE = "periodic_update", _("Client update")
    MITIGATION = "mitigation", _("Mitigation")
    RESOLUTION = "resolution", _("Resolution")


class ClockState(models.TextChoices):
    """The state words of a clock; judged by ``slas.engine`` and only cached here."""

    NOT_STARTED = "not_started", _("Not started")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    OUTSIDE_HOURS = "outside_hours", _("Outside hours")
    AT_RISK = "at_risk", _("At risk")
    MET = "met", _("Met")
    BREACHED = "breached", _("Breached")
    CANCELLED = "cancelled", _("Cancelled")


class Party(models.TextChoices):
    """Who may be waited on."""

    CLIENT = "client", _("The client")
    VENDOR = "vendor", _("A vendor")
    PROVIDER = "provider", _("The model provider")
    WINDOW = "window", _("An agreed window")


class ResponseRule(models.TextChoices):
    """What keeps a first response."""

    ACKNOWLEDGE = "acknowledge", _("Somebody begins to work on it")
    MESSAGE = "message", _("The client has a message from us")


class MoveState(models.TextChoices):
    """The state words of a move of open clocks to newer terms."""

    COUNTING = "counting", _("Counting")
    READY = "ready", _("Ready")
    APPLYING = "applying", _("Moving")
    DONE = "done", _("Done")
    DISCARDED = "discarded", _("Discarded")


class ProposalState(models.TextChoices):
    """The state words of a proposed holiday."""

    PROPOSED = "proposed", _("Proposed")
    CLOSED = "closed", _("Closed")
    DECLINED = "declined", _("Open as usual")
