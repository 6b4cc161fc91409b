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
