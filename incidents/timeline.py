"""How the kinds of timeline entries look: an icon and, for what is a turn, a tone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import IncidentEntry
from incidents.readings import sentences
from incidents.severities import LABELS
from incidents.words import EntryKind
from slas.selectors import addressee_label, metric_label, party_label

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
    EntryKind.MERGED: ("merge", ""),
    EntryKind.TOOK_IN: ("merge", ""),
    EntryKind.SEVERITY: ("gauge", ""),
    EntryKind.ASSIGNED: ("user", ""),
    EntryKind.PUBLISHED: ("users", ""),
    EntryKind.ALERT_FIRED: ("bell-ring", "bad"),
    EntryKind.ALERT_RECOVERED: ("circle-check", "good"),
    EntryKind.CLOCK_WARNED: ("alarm-clock", "warn"),
    EntryKind.CLOCK_BREACHED: ("alarm-clock-off", "bad"),
    EntryKind.ESCALATED: ("bell-ring", "warn"),
    EntryKind.CLIENT_MESSAGE: ("message-square", "info"),
    EntryKind.AGREED: ("calendar-check", "info"),
    EntryKind.POLICY: ("timer", ""),
    EntryKind.DISPUTED: ("scale", "warn"),
    EntryKind.DECIDED: ("scale", ""),
    EntryKind.REMINDED: ("hourglass", ""),
}


_CAME_BY = {
    "mail": gettext_lazy("Reported by mail."),
    "phone": gettext_lazy("Reported by phone."),
    "chat": gettext_lazy("Reported in a chat."),
    "meeting": gettext_lazy("Reported in a meeting."),
}


def mark_of(kind: str) -> tuple[str, str]:
    """The icon and the tone of an entry of this kind."""
    return MARKS.get(kind, ("circle-dot", ""))


def is_internal(kind: str) -> bool:
    """Whether somebody wrote it for the staff alone."""
    return kind == EntryKind.NOTE


def text_of(entry: IncidentEntry, names: Mapping[str, str]) -> str:
    """What an entry says: what somebody wrote, else what changed. ``names`` by the ids of people as text."""
    data = entry.data
    if entry.kind == EntryKind.PAUSED and "party" in data:
        waited = _("%(party)s: %(reason)s") % {"party": party_label(data["party"]), "reason": entry.body}
        return f"{waited} · {data['evidence']}" if data.get("evidence") else waited
    if entry.kind == EntryKind.AGREED and "agreed_at" in data:
        words = {"metric": metric_label(data["metric"]), "day": _day(data["agreed_at"]), "reason": entry.body}
        return str(_("%(metric)s is due on %(day)s: %(reason)s") % words)
    if entry.kind == EntryKind.OPENED and data.get("channel") in _CAME_BY:
        return "\n".join(filter(None, [str(_CAME_BY[data["channel"]]), str(entry.body)]))
    if entry.kind == EntryKind.RESOLVED:
        return "\n".join(filter(None, [str(entry.body), *sentences(data.get("measured", []))]))
    if entry.body:
        return str(entry.body)
    if entry.kind == EntryKind.SEVERITY and {"before", "after"} <= data.keys():
        before, after = LABELS[data["before"]], LABELS[data["after"]]
        return _("From %(before)s to %(after)s.") % {"before": str(before).lower(), "after": str(after).lower()}
    if entry.kind == EntryKind.POLICY:
        return "\n".join([str(data.get("to", "")), *map(_shift, data.get("shifts", []))])
    if entry.kind == EntryKind.ASSIGNED:
        return names.get(data.get("owner_id", ""), _("Nobody"))
    if entry.kind == EntryKind.MERGED and "into" in data:
        return _("Goes on in %(into)s.") % {"into": data["into"]}
    if entry.kind == EntryKind.TOOK_IN and "from" in data:
        return str(_("%(from)s, %(title)s, is the same failure.") % data)
    if entry.kind == EntryKind.ESCALATED and {"metric", "to"} <= data.keys():
        return f"{metric_label(data['metric'])} · {addressee_label(data['to'], names)}"
    if entry.kind in (EntryKind.CLOCK_WARNED, EntryKind.CLOCK_BREACHED) and "metric" in data:
        return metric_label(data["metric"])
    return ""


def _shift(row: Mapping[str, str | None]) -> str:
    """One promise before and after: "Resolution is due on 1 Jun 2026, 14:00 instead of 1 Jun 2026, 16:00"."""
    words = {"metric": metric_label(str(row["metric"])), "before": _day(row["before"]), "after": _day(row["after"])}
    if row["after"] is None:
        return _("%(metric)s is no longer promised; it was due on %(before)s") % words
    if row["before"] is None:
        return _("%(metric)s is due on %(after)s") % words
    return _("%(metric)s is due on %(after)s instead of %(before)s") % words


def _day(text: str | None) -> str:
    return date_format(localtime(datetime.fromisoformat(text)), "j M Y, H:i") if text else ""
