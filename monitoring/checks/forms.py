"""Forms of checks and thresholds."""

from __future__ import annotations

import re
from typing import ClassVar, TypedDict, Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.selectors import environment_choices
from core.options import FormData, FormOptions
from core.web.forms import DayField, as_it_is
from monitoring.limits import SECONDS, Effect, effect_of, now_text, parse_value, shown_unit, typed_value, unit_of
from monitoring.models import Check, Threshold
from monitoring.words import CheckKind, Comparison


def parse_seconds(text: str) -> int:
    """Seconds from "60", "90s", "5 min", "1h". Raises ValueError."""
    found = re.fullmatch(r"\s*(\d+)\s*(s|sec|seconds?|m|min|minutes?|h|hours?)?\s*", text)
    if not found:
        raise ValueError(text)
    unit = (found[2] or "s")[0]
    return int(found[1]) * {"s": 1, "m": 60, "h": 3600}[unit]


class CheckForm(forms.Form):
    """A check. Cleans to the keyword arguments of the service."""

    # The service's names of what is typed here as a time.
    stands_for: ClassVar[dict[str, str]] = {"interval_seconds": "interval", "timeout_ms": "timeout"}

    name = forms.CharField(label=_("Name"), max_length=80)
    environment_kind = forms.ChoiceField(
        label=_("Environment"), choices=environment_choices, help_text=_("Only production opens incidents.")
    )
    kind = forms.ChoiceField(label=_("How to ask"), choices=CheckKind.choices)
    url = forms.CharField(
        label=_("Address"),
        max_length=1000,
        required=False,
        help_text=_("Public addresses only. Leave it empty for values that the system sends."),
    )
    authorization = forms.CharField(
        label=_("Authorization header"),
        required=False,
        max_length=4000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Such as Bearer …. Kept sealed and never shown; empty keeps what is stored."),
    )
    timeout = forms.CharField(label=_("Give up after"), initial="10 s", help_text=_("At most the interval."))
    metrics = forms.CharField(
        label=_("Values to read"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: name | path | unit. For example: error_rate | stats.errors | ratio"),
    )
    interval = forms.CharField(
        label=_("Every"), required=False, help_text=_("Such as 60 s or 5 min. Empty: by the system's criticality.")
    )
    bad_count = forms.IntegerField(label=_("Bad answers in a row to alert"), min_value=1, max_value=100, initial=3)
    good_count = forms.IntegerField(label=_("Good answers in a row to clear"), min_value=1, max_value=100, initial=2)

    def clean(self) -> dict[str, object]:
        """Turns what was typed into seconds, milliseconds and a list of values."""
        data = dict(super().clean() or {})
        data["interval_seconds"] = self._seconds("interval", data.pop("interval", ""))
        seconds = self._seconds("timeout", data.pop("timeout", ""))
        data["timeout_ms"] = (seconds or 10) * 1000
        data["metrics"] = self._metrics(data.get("metrics", ""))
        if not data.get("url") and data.get("kind") != CheckKind.PUSH and "url" not in self.errors:
            self.add_error("url", _("Give the address to ask."))
        return data

    def _seconds(self, field: str, text: str) -> int | None:
        if not text:
            return None
        try:
            return parse_seconds(text)
        except ValueError:
            self.add_error(field, _("Write a time like 60 s or 5 min."))
            return None

    def _metrics(self, text: str) -> list[dict[str, str]]:
        found = []
        for line in text.splitlines():
            parts = [part.strip() for part in line.split("|")]
            if not any(parts):
                continue
            name, path, unit = (*parts, "", "")[:3]
            found.append({"name": name, "path": path or name, "unit": unit})
        return found

    @staticmethod
    def initial_of(row: Check) -> dict[str, object]:
        """What the form shows of an existing check: everything but the secret."""
        return {
            "name": row.name,
            "environment_kind": row.environment.kind,
            "kind": row.kind,
            "url": row.url,
            "metrics": "\n".join(
                " | ".join(part for part in (one["name"], one["path"], one.get("unit", "")) if part)
                for one in row.metrics
            ),
            "interval": f"{row.interval_seconds} s",
            "timeout": f"{max(1, row.timeout_ms // 1000)} s",
            "bad_count": row.bad_count,
            "good_count": row.good_count,
        }


class CheckFields(TypedDict):
    """What that form cleans to."""

    name: str
    environment_kind: str
    kind: str
    url: str
    authorization: str
    metrics: list[dict[str, str]]
    interval_seconds: int | None
    timeout_ms: int
    bad_count: int
    good_count: int


class ThresholdForm(forms.Form):
    """An agreed limit, typed in the unit in which its value is shown. Cleans to the arguments of the service.

    One under which the last value is bad would call people within minutes: it wants to be confirmed.
    """

    metric = forms.ChoiceField(label=_("Value"))
    comparison = forms.ChoiceField(label=_("Bad when"), choices=[("", _("Choose…")), *Comparison.choices])
    limit = forms.CharField(label=_("Limit"), max_length=30, help_text=_("In the unit of the value, such as 77 %."))
    clear_limit = forms.CharField(
        label=_("Clears at"),
        max_length=30,
        required=False,
        help_text=_("On the good side of the limit, so that it does not flap. Empty: at the limit."),
    )
    impact = forms.CharField(
        label=_("What it means for people"),
        max_length=120,
        required=False,
        help_text=_(
            "Such as “Customers wait twice as long for answers”. Incidents are called by it; the client reads it."
        ),
    )
    bad_count = forms.IntegerField(label=_("Bad values in a row to alert"), min_value=1, max_value=100, initial=3)
    good_count = forms.IntegerField(label=_("Good values in a row to clear"), min_value=1, max_value=100, initial=2)
    agreed_on = DayField(
        label=_("Agreed with the client on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    sure = forms.BooleanField(label=_("Save it although it would fire now"), required=False)

    def __init__(
        self,
        data: FormData | None = None,
        *,
        check: Check,
        threshold: Threshold | None = None,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.initial = self._initial(threshold) if threshold else {}
        self.check = check
        # A limit stays to be changed also where its check has stopped reading the value.
        names = [*check.measured, *([threshold.metric] if threshold and threshold.metric not in check.measured else [])]
        choices = [("", _("Choose…")), *((name, now_text(check, name)) for name in names)]
        self.fields["metric"].choices = choices  # type: ignore[attr-defined]
        for name in ("metric", "comparison") if threshold else ():
            self.fields[name].disabled = True
        if not self.is_bound:
            del self.fields["sure"]

    def clean(self) -> dict[str, object]:
        """Numbers in the unit of the value; refused where it would fire now and nobody said that it should."""
        data = dict(super().clean() or {})
        unit = unit_of(self.check, data.get("metric", ""))
        sure = data.pop("sure", False)
        for field in ("limit", "clear_limit"):
            data[field] = self._value(field, data.get(field, ""), unit)
        self.cleaned_data = data
        effect = self.effect() if not self.errors else None
        if effect is None or not effect.fires:
            del self.fields["sure"]
        elif not sure:
            self.add_error("sure", effect.sentence)
        return data | {"unit": "" if unit == SECONDS and data.get("metric") == "latency" else unit}

    def effect(self) -> Effect | None:
        """What the limit that was typed would do now."""
        data = self.cleaned_data
        return effect_of(
            self.check,
            metric=data.get("metric") or "",
            comparison=data.get("comparison") or "",
            limit=data.get("limit"),
            bad_count=data.get("bad_count"),
        )

    def _value(self, field: str, text: str, unit: str) -> float | None:
        if not text or field in self.errors:
            return None
        try:
            return parse_value(text, unit)
        except ValueError:
            self.add_error(field, _("Write a number, in %(unit)s.") % {"unit": shown_unit(unit) or _("plain figures")})
            return None

    @staticmethod
    def _initial(row: Threshold) -> dict[str, object]:
        unit = unit_of(row.source_check, row.metric)
        typed = {"limit": typed_value(row.limit, unit), "clear_limit": typed_value(row.clear_limit, unit)}
        return as_it_is(ThresholdForm, row) | typed
