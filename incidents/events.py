"""What incidents tell others."""

from __future__ import annotations

# One name for each step: "incidents.incident." and the word below.
PREFIX = "incidents.incident."
OPENED = f"{PREFIX}opened"
PUBLISHED = f"{PREFIX}published"
CONFIRMED = f"{PREFIX}confirmed"
FALSE_ALARM = f"{PREFIX}false_alarm"
ACKNOWLEDGED = f"{PREFIX}acknowledged"
PAUSED = f"{PREFIX}paused"
RESUMED = f"{PREFIX}resumed"
NOTED = f"{PREFIX}noted"
UPDATED = f"{PREFIX}updated"
MITIGATED = f"{PREFIX}mitigated"
RESOLVED = f"{PREFIX}resolved"
REOPENED = f"{PREFIX}reopened"
CLOSED = f"{PREFIX}closed"
MERGED = f"{PREFIX}merged"
TOOK_IN = f"{PREFIX}took_in"
SEVERITY_CHANGED = f"{PREFIX}severity_changed"
ASSIGNED = f"{PREFIX}assigned"
