"""Forms of calendars."""

from __future__ import annotations

import datetime
from typing import ClassVar, NotRequired, TypedDict, Unpack

import holidays
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.json_values import JsonValue
from core.options import FormData, FormOptions
from core.web.forms import DayField
from slas.calendars.models import CalendarVersion
from slas.engine import WEEKDAYS, CalendarError, load_zone
from slas.fields import DatesField, WindowsField, windows_text

_WEEKDAY_LABELS = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}


class CalendarNameForm(forms.Form):
    """Another name."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)


class CalendarNameFields(TypedDict):
    """What that form cleans to."""

    name: str


class CalendarForm(forms.Form):
    """A calendar's hours. Cleans to ``spec``, and ``name`` where a new calendar is made."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    zone = forms.CharField(
        label=gettext_lazy("Time zone"), max_length=60, help_text=gettext_lazy("Such as Europe/Berlin.")
    )
    always = forms.BooleanField(label=gettext_lazy("Open around the clock"), required=False)

    def __init__(self, data: FormData | None = None, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        if self.initial.get("number"):
            del self.fields["name"]
        for day in WEEKDAYS:
            self.fields[day] = WindowsField(label=_WEEKDAY_LABELS[day], max_length=120, required=False)
        self.fields["mon"].help_text = _(
            "Such as 09:00-13:00, 14:00-18:00, or 22:00-06:00 over midnight. Empty: closed."
        )
        help_text = _(
            "One date a line: 2026-12-25 closed, 2026-12-24 09:00-12:00, or 2026-12-27 10:00-14:00 to open one."
        )
        self.fields["dates"] = DatesField(label=_("Holidays and exceptions"), required=False, help_text=help_text)
        if self.initial.get("number"):
            self.fields["starts_on"] = DayField(
                label=_("In force from"),
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                help_text=_("Empty: from now on. Else from the start of that day in the calendar's zone."),
            )

    @staticmethod
    def initial_of(version: CalendarVersion) -> dict[str, object]:
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

    def clean(self) -> dict[str, object]:
        """``name`` and ``spec``, as the services take them."""
        data = self.cleaned_data
        named: dict[str, object] = {"name": data["name"]} if "name" in data else {}
        if self.errors:
            return data
        if data.get("starts_on"):
            named["starts_at"] = datetime.datetime.combine(data["starts_on"], datetime.time(), load_zone(data["zone"]))
        weekly = {day: data[day] for day in WEEKDAYS if data[day]}
        if data["always"]:
            if weekly or data["dates"]:
                self.add_error("always", _("A calendar that is always open has no hours and no exceptions."))
            return {**named, "spec": {"zone": data["zone"], "always": True}}
        if not weekly:
            self.add_error("mon", _("Give the hours of at least one weekday."))
        return {**named, "spec": {"zone": data["zone"], "weekly": weekly, "dates": data["dates"]}}

    stands_for: ClassVar[dict[str, str]] = {"starts_at": "starts_on"}


class CalendarFields(TypedDict):
    """What the form of a new calendar cleans to."""

    name: str
    spec: dict[str, JsonValue]


class CalendarVersionFields(TypedDict):
    """What it cleans to where a calendar has a version already."""

    spec: dict[str, JsonValue]
    starts_at: NotRequired[datetime.datetime]


class HolidayFeedForm(forms.Form):
    """Whose public holidays are proposed."""

    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    region = forms.CharField(
        label=gettext_lazy("Region"), max_length=10, required=False, help_text=gettext_lazy("Such as BY for Bavaria.")
    )

    def __init__(self, data: FormData | None = None, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        countries = sorted(holidays.list_supported_countries(include_aliases=False))
        self.fields["country"].choices = [("", _("None")), *((code, code) for code in countries)]  # type: ignore[attr-defined]


class HolidayFeedFields(TypedDict):
    """What that form cleans to."""

    country: str
    region: str
