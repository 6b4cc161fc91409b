"""What the gallery shows: every component in every state, with the values that break layouts."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from types import SimpleNamespace
from typing import Unpack

from django import forms
from django.core.paginator import Paginator

from core.clock import now
from retainer.ui.badges import KINDS
from retainer.ui.clocks import ClockFields, SegmentFields
from retainer.ui.links import NavSection

LONG_NAME = "Contract clause extractor for procurement"
UPDATE = (
    "Some answers quote last year's prices. We have switched to the index of Monday; new answers are right again.\n"
    "Next update by 15:30."
)


class GalleryForm(forms.Form):
    """One field of each sort."""

    title = forms.CharField(label="Title", max_length=80)
    severity = forms.ChoiceField(label="Severity", choices=[("", "Not set"), ("critical", "Critical"), ("low", "Low")])
    estimate = forms.CharField(label="Estimate", help_text="How long the work will take, such as 4h.")
    price = forms.CharField(label="Price", required=False)
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    notify = forms.BooleanField(label="Tell the client", required=False, help_text="They get one mail.")
    scopes = forms.MultipleChoiceField(
        label="May", choices=[("read", "Read"), ("write", "Write")], widget=forms.CheckboxSelectMultiple
    )
    way = forms.ChoiceField(label="Reply by", choices=[("mail", "Mail"), ("phone", "Phone")], widget=forms.RadioSelect)


class GalleryNote(forms.Form):
    """The composer's internal part."""

    body = forms.CharField(label="Internal note", widget=forms.Textarea)


class GalleryUpdate(forms.Form):
    """The composer's part for the client."""

    body = forms.CharField(label="Message to the client", widget=forms.Textarea)


def examples() -> dict[str, object]:
    """The context of ``gallery/index.html``."""
    return {
        "agency": SimpleNamespace(name="Northwind AI Operations", slug="northwind", brand_colour="#4F49D6"),
        "viewer": {"name": "Ada Lovelace", "email": "ada@example.com", "role": "owner", "time_zone": "Europe/Berlin"},
        "can": {"work": True, "clients": True},
        "nav": navigation(),
        "breadcrumbs": [{"label": "Acme Insurance", "url": "#"}, {"label": "Gallery", "url": ""}],
        "badges": {kind: words.values for kind, words in KINDS.items()},
        "clocks": _clocks(),
        "form": GalleryForm(initial={"title": "Answers are slow", "estimate": "4h", "price": "1200"}),
        "form_with_errors": _form_with_errors(),
        "note_form": GalleryNote(prefix="note"),
        "update_form": GalleryUpdate(prefix="update"),
        "page": Paginator(range(1204), 50).page(2),
        "needs": _needs(),
        "rows": _rows(),
        "entries": _entries(),
        "tabs": [
            {"label": label, "url": "#", "current": index == 0, "count": count}
            for index, (label, count) in enumerate(
                [
                    ("Overview", None),
                    ("Systems", 3),
                    ("Retainers", 2),
                    ("Requests", 1204),
                    ("Money", None),
                    ("Timeline", None),
                ]
            )
        ],
        "facts": [
            {"label": "Owner", "value": "Grace Hopper"},
            {"label": "Plan", "value": "Monitoring + monthly retraining", "url": "#"},
            {"label": "Price", "value": "€1,800.00 a month"},
            {"label": "Backup", "value": ""},
        ],
        "filters": [
            {"name": "state", "label": "State", "value": "open", "choices": [("", "All states"), ("open", "Open")]},
            {
                "name": "severity",
                "label": "Severity",
                "value": "",
                "choices": [("", "All severities"), ("high", "High")],
            },
        ],
        "menu_items": [
            {"label": "Edit system", "url": "#", "icon": "pencil"},
            {"label": "End retainer", "dialog": "gallery-end", "icon": "trash-2", "danger": True},
        ],
        "spark_up": [3, 4, 4, 5, 7, 6, 8, 9, 9, 11],
        "spark_gap": [9, 8, 8, None, None, 6, 5, 7, 4, 4],
        "spark_none": [None, None],
        "week": [
            ("Fri 20 Mar no data", ""),
            ("Sat 21 Mar up 100 %", "healthy"),
            ("Sun 22 Mar up 99.4 %", "degraded"),
            ("Mon 23 Mar up 71 %", "down"),
            ("Tue 24 Mar up 98 %, with planned maintenance", "maintenance"),
            ("Wed 25 Mar up 100 %", "healthy"),
            ("Thu 26 Mar up 100 %", "healthy"),
        ],
        "days": [(f"Day {index + 1}", _day_state(index)) for index in range(60)],
        "chart": json.dumps(_chart()),
        "chart_many": json.dumps(_chart_of_many()),
        "moments": [now(), now() - timedelta(minutes=4), now() - timedelta(days=3), now() - timedelta(days=500)],
    }


def navigation() -> list[NavSection]:
    """Of an agency that has many pages."""
    sections: list[tuple[str, list[tuple[str, str, str, int | None]]]] = [
        ("", [("Home", "house", "h", None), ("Inbox", "inbox", "n", 3), ("Incidents", "siren", "i", 12)]),
        (
            "Watch",
            [("Systems", "bot", "s", None), ("Alerts", "bell-ring", "a", None), ("Checks", "activity", "c", None)],
        ),
        ("Deliver", [("Deliverables", "package-check", "d", None), ("Backlog", "list-todo", "b", None)]),
        ("Clients", [("Clients", "building-2", "l", None), ("Retainers", "file-text", "r", None)]),
        ("", [("Settings", "settings", "t", None)]),
    ]
    return [
        {
            "label": label,
            "items": [
                {"label": name, "url": f"#{key}", "icon": icon, "key": key, "badge": badge, "current": key == "h"}
                for name, icon, key, badge in items
            ],
        }
        for label, items in sections
    ]


def _segment(kind: str, minutes: int, party: str = "") -> SegmentFields:
    return {"kind": kind, "seconds": minutes * 60, "party": party}


def _clock(label: str, state: str, target: int, consumed: int, /, **more: Unpack[ClockFields]) -> ClockFields:
    """A clock view; ``target`` and ``consumed`` in minutes."""
    left = max(0, target - consumed)
    shown: ClockFields = {
        "id": f"{label}-{state}",
        "label": label,
        "state": state,
        "target_seconds": target * 60,
        "consumed_seconds": consumed * 60,
        "remaining_seconds": left * 60,
        "due_at": now() + timedelta(minutes=left),
        "segments": [_segment("open", consumed)],
    }
    shown.update(more)
    return shown


def _clocks() -> list[ClockFields]:
    early, late = now() - timedelta(hours=1), now() - timedelta(minutes=5)
    waited = [_segment("open", 40), _segment("closed", 900), _segment("open", 33), _segment("paused", 35, "client")]
    moved = [_segment("open", 120), _segment("paused", 60, "provider"), _segment("open", 230)]
    return [
        _clock("First response", "running", 120, 73, segments=[_segment("open", 73)]),
        _clock("Resolution", "at_risk", 480, 433, segments=[*moved, _segment("open", 83)]),
        _clock("Mitigation", "paused", 240, 73, segments=waited, waiting_on="client since 11:05"),
        _clock("Resolution", "outside_hours", 480, 460, sentence="20 min left · continues Mon 09:00 · due Mon 09:20"),
        _clock("Client update", "breached", 120, 145, overrun_seconds=1500, due_at=now() - timedelta(minutes=25)),
        _clock("First response", "breached", 60, 60, overrun_seconds=1500, satisfied_at=late, due_at=early),
        _clock("Triage", "met", 60, 12, satisfied_at=early),
        _clock("Next response", "not_started", 240, 0, due_at=None, segments=[]),
        _clock("Resolution", "cancelled", 480, 60, segments=[]),
    ]


def _form_with_errors() -> GalleryForm:
    form = GalleryForm({"title": "", "severity": "", "estimate": "four", "notify": "on", "way": "mail"})
    form.is_valid()
    form.add_error("estimate", "Write it like 4h, 30 min or 1:30.")
    return form


def _needs() -> list[dict[str, object]]:
    running, risky, paused, _closed, late, *_rest = _clocks()
    falling = {"values": [9, 8, 8, None, None, 6, 5, 7, 4, 4], "limit": 6, "text": "Answers: 4 now, agreed at least 6"}
    return [
        _need("1", "new", "Answers contain prices of last year", late, "Acknowledge", post=True, is_first=True)
        | {"about": "Acme Insurance · Policy assistant · INC-1042 · Client update", "trend": falling, "owner": ""},
        _need("2", "acknowledged", "One request in five is not answered", risky, "Send update")
        | {"about": f"Globex · {LONG_NAME} · INC-1041 · Resolution", "due": now() + timedelta(minutes=47)},
        _need("3", "mitigated", "Customers wait twice as long for answers", running, "Resolve"),
        _need("4", "acknowledged", "Second language for the assistant is missing", paused, "Record reply")
        | {"waiting_on": "the client"},
        _need("5", "firing", "P95 latency over 4.2 s", None, "Report incident")
        | {"kind": "alert", "about": "Initech · Support triage · Alert", "owner": "", "at": now()},
    ]


def _need(
    key: str,
    state: str,
    title: str,
    clock: ClockFields | None,
    verb: str,
    *,
    post: bool = False,
    is_first: bool = False,
) -> dict[str, object]:
    return {
        "kind": "incident",
        "state": state,
        "title": title,
        "about": "Umbrella · Invoice reader · INC-1040",
        "clock": clock,
        "waiting_on": "us",
        "owner": "Grace Hopper",
        "verb": {"label": verb, "url": f"#verb-{key}", "post": post},
        "url": f"#{key}",
        "is_first": is_first,
    }


def _rows() -> list[dict[str, object]]:
    running, risky, _paused, _closed, late, *_rest = _clocks()
    return [
        {
            "name": "Policy assistant",
            "sub": "Acme Insurance",
            "state": "healthy",
            "clock": None,
            "owner": "Grace Hopper",
            "value": 0,
            "at": now(),
        },
        {
            "name": LONG_NAME,
            "sub": "Globex International Holdings",
            "state": "degraded",
            "clock": risky,
            "owner": "Ada Lovelace",
            "value": 1_000_000,
            "at": now() - timedelta(hours=5),
        },
        {
            "name": "Support triage",
            "sub": "Initech",
            "state": "down",
            "clock": late,
            "owner": "",
            "value": 48.25,
            "at": now() - timedelta(days=2),
        },
        {
            "name": "Invoice reader",
            "sub": "Umbrella",
            "state": "unknown",
            "clock": running,
            "owner": "Alan Turing",
            "value": None,
            "at": now() - timedelta(days=400),
        },
    ]


def _entries() -> list[dict[str, object]]:
    at = now() - timedelta(minutes=50)
    return [
        {"title": "Opened by an alert", "actor": "", "at": at, "icon": "siren", "tone": "bad", "body": ""},
        {
            "title": "Acknowledged",
            "actor": "Grace Hopper",
            "at": at + timedelta(minutes=4),
            "icon": "eye",
            "tone": "info",
            "body": "",
        },
        {
            "title": "Note",
            "actor": "Grace Hopper",
            "at": at + timedelta(minutes=9),
            "icon": "lock",
            "internal": True,
            "body": "The retrieval index was rebuilt last night from a stale export.",
        },
        {
            "title": "Update",
            "actor": "Grace Hopper",
            "at": at + timedelta(minutes=15),
            "icon": "send",
            "visible": True,
            "body": UPDATE,
        },
    ]


def _day_state(index: int) -> str:
    special = {7: "degraded", 21: "down", 22: "degraded", 40: "maintenance", 50: "", 51: ""}
    return special.get(index, "healthy")


def _chart() -> dict[str, object]:
    end = int(now().timestamp()) // 300 * 300
    times = [end - 300 * step for step in range(288, -1, -1)]
    values: list[float | None] = [
        round(1.4 + 0.3 * math.sin(i / 23) + 0.12 * math.sin(i * 1.7) + (2.4 if 150 < i < 172 else 0), 2)
        for i in range(289)
    ]
    values[60:78] = [None] * 18
    return {
        "times": times,
        "values": values,
        "low": [None if value is None else round(value - 0.2, 2) for value in values],
        "high": [
            None if value is None else round(value + (2.9 if i == 100 else 0.3), 2) for i, value in enumerate(values)
        ],
        "step": 300,
        "counted": "Average per 5 min, band = lowest to highest",
        "unit": "s",
        "thresholds": [{"value": 3.0, "label": "bad above", "side": "above"}],
        "bands": [{"from": times[150], "to": times[180], "label": "INC-1042"}],
        "maintenance": [{"from": times[55], "to": times[82], "label": "Maintenance"}],
        "releases": [{"at": times[220], "label": "v14"}],
        "start": times[0],
        "end": times[-1],
    }


def _chart_of_many() -> dict[str, object]:
    end = int(now().timestamp()) // 3600 * 3600
    times = [end - 3600 * step for step in range(72, -1, -1)]
    names = ["Support", "Tuning", "Retraining"]
    series = [
        {"label": name, "values": [round(4 + 3 * i + math.sin(t / 9 + i) * 1.2, 2) for t in range(73)]}
        for i, name in enumerate(names)
    ]
    return {"times": times, "series": series, "unit": "h", "start": times[0], "end": times[-1]}
