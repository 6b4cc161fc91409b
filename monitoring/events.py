"""The news of this app."""

from __future__ import annotations

# Internal: a check or a threshold went bad or good. Its handler fires and recovers alerts.
TRANSITIONED = "monitoring.check.transitioned"
# For everybody: an alert.
FIRED = "monitoring.alert.fired"
RECOVERED = "monitoring.alert.recovered"
