"""The fixed words of incidents."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.vocabulary import Vocabulary


class IncidentSource(Vocabulary):
    """Who noticed."""

    ALERT = "alert", _("An alert")
    STAFF = "staff", _("Staff")
    CLIENT = "client", _("The client")
    API = "api", _("A program")


class EntryKind(Vocabulary):
    """The kinds of timeline entries."""

    OPENED = "opened", _("Opened")
    CONFIRMED = "confirmed", _("Confirmed")
    FALSE_ALARM = "false_alarm", _("False alarm")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    PAUSED = "paused", _("Paused")
    RESUMED = "resumed", _("Resumed")
    NOTE = "note", _("Internal note")
    UPDATE = "update", _("Update to the client")
    MITIGATED = "mitigated", _("Mitigated")
    RESOLVED = "resolved", _("Resolved")
    REOPENED = "reopened", _("Reopened")
    CLOSED = "closed", _("Closed")
    MERGED = "merged", _("Merged")
    TOOK_IN = "took_in", _("Took in another incident")
    SEVERITY = "severity", _("Severity changed")
    ASSIGNED = "assigned", _("Owner changed")
    PUBLISHED = "published", _("Shown to the client")
    ALERT_FIRED = "alert_fired", _("Alert fired")
    ALERT_RECOVERED = "alert_recovered", _("Alert recovered")
    CLOCK_WARNED = "clock_warned", _("Deadline near")
    CLOCK_BREACHED = "clock_breached", _("Deadline missed")
    ESCALATED = "escalated", _("Escalated")
    CLIENT_MESSAGE = "client_message", _("Message from the client")
    AGREED = "agreed", _("Date agreed")
    POLICY = "policy", _("Response times changed")
    DISPUTED = "disputed", _("Review of a wait asked for")
    DECIDED = "decided", _("Wait reviewed")
    REMINDED = "reminded", _("Client reminded")


class DisputeState(Vocabulary):
    """The state words of a disputed wait."""

    OPEN = "open", _("To be reviewed")
    ACCEPTED = "accepted", _("Taken back")
    DECLINED = "declined", _("Kept")
