"""The events of this app."""

from __future__ import annotations

# Internal: a check or a threshold went bad or good, or is watched no more. Its handler fires and ends alerts.
TRANSITIONED = "monitoring.check.transitioned"
CHECK_CREATED = "monitoring.check.created"
CHECK_UPDATED = "monitoring.check.updated"
CHECK_ENABLED = "monitoring.check.enabled"
CHECK_DISABLED = "monitoring.check.disabled"
CHECK_ASKED = "monitoring.check.asked"
THRESHOLD_SET = "monitoring.threshold.set"
THRESHOLD_REMOVED = "monitoring.threshold.removed"
# For everybody: an alert.
FIRED = "monitoring.alert.fired"
RECOVERED = "monitoring.alert.recovered"

# Since its second version a transition carries its serial and its rule.
VERSIONS = {TRANSITIONED: 2}
