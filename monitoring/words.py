"""The fixed words of checks, limits and alerts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.vocabulary import Look, Vocabulary


class CheckKind(Vocabulary):
    """How a check asks."""

    HTTP_JSON = "http_json", _("Values from a JSON answer")
    PROMETHEUS = "prometheus", _("Prometheus metrics")
    HTTP = "http", _("Address answers")
    PUSH = "push", _("Values that the system sends")


class Health(Vocabulary):
    """The state words of a system, of a check and of a threshold."""

    HEALTHY = "healthy", Look("good", "circle-check", fill="good"), _("Healthy")
    DEGRADED = "degraded", Look("warn", "triangle-alert", fill="warn"), _("Degraded")
    DOWN = "down", Look("bad", "octagon-x", fill="bad", solid=True), _("Down")
    UNKNOWN = "unknown", Look("neutral", "circle-help", fill="empty"), _("Unknown")
    MAINTENANCE = "maintenance", Look("info", "wrench", fill="info"), _("Maintenance")
    PAUSED = "paused", Look("neutral", "circle-pause", fill="empty"), _("Paused")


class AlertState(Vocabulary):
    """The state words of an alert."""

    FIRING = "firing", Look("bad", "bell-ring"), _("Firing")
    ACKNOWLEDGED = "acknowledged", Look("info", "eye"), _("Acknowledged")
    MUTED = "muted", Look("neutral", "bell-off"), _("Muted")
    RECOVERED = "recovered", Look("good", "circle-check"), _("Recovered")


class Comparison(Vocabulary):
    """On which side of its limit a value is bad."""

    ABOVE = "above", _("Above")
    BELOW = "below", _("Below")
