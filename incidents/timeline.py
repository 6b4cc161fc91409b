"""How the kinds of timeline entries look: an icon and, for what is a turn, a tone."""

from __future__ import annotations

from incidents.models import EntryKind

MARKS: dict[str, tuple[str, str]] = {
    EntryKind.OPENED: ("siren", "bad"),
    EntryKind.CONFIRMED: ("check", ""),
    EntryKind.FALSE_ALARM: ("circle-slash", ""),
    EntryKind.ACKNOWLEDGED: ("eye", "info"),
    EntryKind.PAUSED: ("circle-pause", ""),
    EntryKind.RESUMED: ("circle-play", ""),
    EntryKind.NOTE: ("lock", "warn"),
    EntryKind.UPDATE: ("send", "info"),
    EntryKind.MITIGATED: ("shield", "warn"),
    EntryKind.RESOLVED: ("circle-check", "good"),
    EntryKind.REOPENED: ("rotate-ccw", "bad"),
    EntryKind.CLOSED: ("lock", ""),
    EntryKind.SEVERITY: ("gauge", ""),
    EntryKind.ASSIGNED: ("user", ""),
    EntryKind.PUBLISHED: ("users", ""),
    EntryKind.ALERT_FIRED: ("bell-ring", "bad"),
    EntryKind.ALERT_RECOVERED: ("circle-check", "good"),
    EntryKind.CLOCK_WARNED: ("alarm-clock", "warn"),
    EntryKind.CLOCK_BREACHED: ("alarm-clock-off", "bad"),
}


def mark_of(kind: str) -> tuple[str, str]:
    """The icon and the tone of an entry of this kind."""
    return MARKS.get(kind, ("circle-dot", ""))
