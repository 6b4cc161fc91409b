"""Forms for calendars and policies: what people type, read into what the services take."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from slas import selectors
from slas.engine import WEEKDAYS, CalendarError, load_zone
from slas.engine import duration_text as engine_duration_text
from slas.models import CalendarVersion, Metric, PolicyVersion, Severity

_WEEKDAY_LABELS = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}
_WINDOW = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*(?:-|–|to)\s*([0-9]{1,2}):([0-9]{2})")
_CLOSED = {"", "-", "closed"}
_DURATION = re.compile(r"(?:([0-9]+)\s*h(?:ours?)?)?\s*(?:([0-9]+)\s*(?:m|min|mins|minutes?)?)?")


def parse_duration(text: str) -> int:
    """Seconds of "4h", "30 min", "1h 30m" or "1h30". Raises ``ValidationError`` for anything else."""
    words = text.strip().lower()
    if re.fullmatch(r"[0-9]+", words):
        raise forms.ValidationError(_("Say hours or minutes: %(number)sh or %(number)sm.") % {"number": words})
    if re.fullmatch(r"[0-9]+\s*d(ays?)?", words):
        raise forms.ValidationError(_("A day can mean 24 hours or a working day. Give hours, such as 8h."))
    match = _DURATION.fullmatch(words)
    seconds = int(match[1] or 0) * 3600 + int(match[2] or 0) * 60 if match else 0
    if not seconds:
        raise forms.ValidationError(_("Give a time such as 30m, 4h or 1h 30m."))
    return seconds


def duration_text(seconds: int) -> str:
    """A duration as the forms show it: "1 h 30 min", which ``parse_duration`` reads back."""
    return engine_duration_text(seconds, _)


def parse_windows(text: str) -> list[list[str]]:
    """``[["09:00", "13:00"], ["14:00", "18:00"]]`` of "09:00-13:00, 14:00-18:00"; empty or "closed" is closed.

    Raises ``ValidationError``. What the times mean, such as an end of 24:00, is for the calendar to check.
    """
    if text.strip().lower() in _CLOSED:
        return []
    return [_window(part.strip()) for part in text.split(",")]


def windows_text(windows: Sequence[Sequence[str]]) -> str:
    """The windows as people type them."""
    return ", ".join("-".join(window) for window in windows)


def _window(text: str) -> list[str]:
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise forms.ValidationError(_("“%(text)s” is not a time span. Write 09:00-17:00.") % {"text": text})
    return [f"{int(match[1]):02d}:{match[2]}", f"{int(match[3]):02d}:{match[4]}"]


class DurationField(forms.CharField):
    """A duration in hours and minutes; cleans to seconds, or to None where it is empty."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        return parse_duration(text) if text else None


class WindowsField(forms.CharField):
    """Open hours of one day; cleans to a list of [start, end]."""

    def clean(self, value: Any) -> list[list[str]]:
        return parse_windows(super().clean(value))


class DatesField(forms.CharField):
    """One exception a line, "2026-12-25 closed" or "2026-12-24 09:00-12:00"; cleans to windows by ISO date."""

    widget = forms.Textarea

    def clean(self, value: Any) -> dict[str, list[list[str]]]:
        found: dict[str, list[list[str]]] = {}
        for line in super().clean(value).splitlines():
            if not line.strip():
                continue
            date, _space, rest = line.strip().partition(" ")
            try:
                key = datetime.date.fromisoformat(date).isoformat()
            except ValueError:
                raise forms.ValidationError(_("“%(text)s” is not a date. Write 2026-12-25.") % {"text": date}) from None
            if key in found:
                raise forms.ValidationError(_("%(date)s is there twice.") % {"date": key})
            found[key] = parse_windows(rest)
        return found


class CalendarForm(forms.Form):
    """A calendar's hours. Cleans to ``spec``, and ``name`` where a new calendar is made."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    zone = forms.CharField(
        label=gettext_lazy("Time zone"), max_length=60, help_text=gettext_lazy("Such as Europe/Berlin.")
    )
    always = forms.BooleanField(label=gettext_lazy("Open around the clock"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.initial.get("number"):
            del self.fields["name"]
        for day in WEEKDAYS:
            self.fields[day] = WindowsField(label=_WEEKDAY_LABELS[day], max_length=120, required=False)
        self.fields["mon"].help_text = _("Such as 09:00-13:00, 14:00-18:00. Leave a closed day empty.")
        help_text = _("One date a line: 2026-12-25 closed, or 2026-12-24 09:00-12:00.")
        self.fields["dates"] = DatesField(label=_("Holidays and exceptions"), required=False, help_text=help_text)

    @staticmethod
    def initial_of(version: CalendarVersion) -> dict[str, Any]:
        """What the form shows of a version; it then asks for no name."""
        weekly = {day: windows_text(windows) for day, windows in version.spec.get("weekly", {}).items()}
        dates = version.spec.get("dates", {})
        lines = [f"{date} {windows_text(windows) or 'closed'}" for date, windows in dates.items()]
        always = bool(version.spec.get("always"))
        zone = version.spec["zone"]
        return {"number": version.number, "zone": zone, "always": always, "dates": "\n".join(lines), **weekly}

    def clean_zone(self) -> str:
        """A zone that exists."""
        zone: str = self.cleaned_data["zone"]
        try:
            load_zone(zone)
        except CalendarError:
            message = _("“%(zone)s” is not a known time zone. Write one such as Europe/Berlin.")
            raise forms.ValidationError(message % {"zone": zone}) from None
        return zone

    def clean(self) -> dict[str, Any]:
        """``name`` and ``spec``, as the services take them."""
        data = self.cleaned_data
        named = {"name": data["name"]} if "name" in data else {}
        if self.errors:
            return data
        weekly = {day: data[day] for day in WEEKDAYS if data[day]}
        if data["always"]:
            if weekly or data["dates"]:
                self.add_error("always", _("A calendar that is always open has no hours and no exceptions."))
            return {**named, "spec": {"zone": data["zone"], "always": True}}
        if not weekly:
            self.add_error("mon", _("Give the hours of at least one weekday."))
        return {**named, "spec": {"zone": data["zone"], "weekly": weekly, "dates": data["dates"]}}


class PolicyForm(forms.Form):
    """A policy's promises: a calendar a severity, a duration a metric and severity.

    Cleans to ``targets`` and ``publish_after_minutes``, and to ``name`` and ``description`` where a new one is made.
    """

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    description = forms.CharField(label=gettext_lazy("Description"), max_length=300, required=False)
    publish_after_minutes = forms.IntegerField(
        label=gettext_lazy("Show to the client after (minutes)"),
        min_value=0,
        required=False,
        help_text=gettext_lazy(
            "How long a critical or high incident opened by an alert is held. Empty: until somebody confirms it."
        ),
    )

    def __init__(self, *args: Any, calendars: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        kwargs["initial"] = kwargs.get("initial") or {"publish_after_minutes": 15, "guarantee_first_response": True}
        super().__init__(*args, **kwargs)
        if self.initial.get("number"):
            del self.fields["name"], self.fields["description"]
        # A new version is made of the newest calendars; one that the last version used stays a choice.
        choices = [*calendars, *[pair for pair in self.initial.get("calendars", []) if pair not in calendars]]
        for severity in Severity:
            label = _("Hours for %(severity)s") % {"severity": severity.label}
            self.fields[f"calendar_{severity}"] = forms.ChoiceField(label=label, choices=choices)
        for metric in Metric:
            for severity in Severity:
                label = f"{metric.label}, {severity.label}"
                self.fields[f"{metric}_{severity}"] = DurationField(label=label, max_length=20, required=False)
            label = _("%(metric)s is guaranteed") % {"metric": metric.label}
            self.fields[f"guarantee_{metric}"] = forms.BooleanField(label=label, required=False)

    @staticmethod
    def initial_of(version: PolicyVersion) -> dict[str, Any]:
        """What the form shows of a version; it then asks for no name. Targets of single kinds are carried along."""
        found: dict[str, Any] = {
            "number": version.number,
            "publish_after_minutes": version.publish_after_minutes,
            "calendars": [],
            "kinds": [],
            "unpausable": set(),
        }
        newest = {row.calendar_id: row for row in selectors.latest_calendar_versions()}
        for target in selectors.targets_of(version.id):
            hours = newest.get(target.calendar_version.calendar_id, target.calendar_version)
            if target.request_kind:
                found["kinds"].append(_as_it_was(target, hours))
                continue
            if not target.pausable:
                found["unpausable"].add((target.metric, target.severity))
            found[f"{target.metric}_{target.severity}"] = duration_text(target.seconds)
            found[f"guarantee_{target.metric}"] = target.is_guarantee
            found[f"calendar_{target.severity}"] = str(hours.id)
            if (str(hours.id), hours.calendar.name) not in found["calendars"]:
                found["calendars"].append((str(hours.id), hours.calendar.name))
        return found

    @property
    def severities(self) -> list[str]:
        """The column heads of the table of promises."""
        return [str(severity.label) for severity in Severity]

    @property
    def calendar_fields(self) -> list[Any]:
        """The calendar of each severity, critical first."""
        return [self[f"calendar_{severity}"] for severity in Severity]

    @property
    def rows(self) -> list[tuple[str, list[Any], Any]]:
        """The table of promises: label, a field a severity, and whether it is guaranteed."""
        return [
            (str(metric.label), [self[f"{metric}_{severity}"] for severity in Severity], self[f"guarantee_{metric}"])
            for metric in Metric
        ]

    def clean(self) -> dict[str, Any]:
        """The arguments of the service; each duration comes back as it was understood."""
        data = self.cleaned_data
        if self.errors:
            return data
        targets = [
            self._target(metric, severity, data)
            for metric in Metric
            for severity in Severity
            if data[f"{metric}_{severity}"]
        ]
        if not targets:
            raise forms.ValidationError(_("Promise at least one response time."))
        self._echo(targets)
        named: dict[str, Any] = {name: data[name] for name in ("name", "description") if name in data}
        held = data["publish_after_minutes"]
        return {**named, "publish_after_minutes": held, "targets": [*targets, *self.initial.get("kinds", [])]}

    def _target(self, metric: str, severity: str, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "severity": str(severity),
            "metric": str(metric),
            "seconds": data[f"{metric}_{severity}"],
            "calendar_version_id": data[f"calendar_{severity}"],
            "is_guarantee": data[f"guarantee_{metric}"],
            "pausable": (metric, severity) not in self.initial.get("unpausable", ()),
        }

    def _echo(self, targets: Sequence[dict[str, Any]]) -> None:
        """Shows "90m" as "1 h 30 min" if the page comes back, so that a slip is seen."""
        typed = dict(self.data.items())
        for target in targets:
            typed[self.add_prefix(f"{target['metric']}_{target['severity']}")] = duration_text(target["seconds"])
        self.data = typed


def _as_it_was(target: Any, hours: CalendarVersion) -> dict[str, Any]:
    return {
        "severity": target.severity,
        "metric": target.metric,
        "request_kind": target.request_kind,
        "seconds": target.seconds,
        "calendar_version_id": hours.id,
        "is_guarantee": target.is_guarantee,
        "pausable": target.pausable,
    }
