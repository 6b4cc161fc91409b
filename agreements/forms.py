"""Forms of retainers. Money and hours are typed as people write them."""

from __future__ import annotations

from datetime import date
from typing import TypedDict, Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.models import Retainer
from agreements.typed import parse_minor, parse_minutes, typed_minor, typed_minutes
from core.options import Choices, FormData, FormOptions
from core.web.forms import DayField, as_it_is
from core.zones import ZoneField

CHOOSE = ("", _("Choose…"))


class RetainerForm(forms.Form):
    """A retainer's terms. Price and hours are typed as text and clean to whole minor units and minutes."""

    name = forms.CharField(label=_("Name"), max_length=80)
    tier_id = forms.ChoiceField(label=_("Plan"), help_text=_("What is delivered. It does not set response times."))
    price_minor = forms.CharField(
        label=_("Price a month"), required=False, max_length=40, help_text=_("Such as 1200. Without tax.")
    )
    currency = forms.CharField(label=_("Currency"), max_length=3, help_text=_("Three letters, such as EUR."))
    price_reason = forms.CharField(
        label=_("Why this price"),
        required=False,
        max_length=300,
        help_text=_("Needed only where the price is outside the plan's range."),
    )
    hours_minutes = forms.CharField(
        label=_("Hours a month"),
        max_length=40,
        required=False,
        help_text=_("Such as 20h or 4h 30m. Empty: as many as the plan has."),
    )
    time_zone = ZoneField(label=_("Time zone"), help_text=_("First and last day begin at midnight there."))
    starts_on = DayField(
        label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = DayField(
        label=_("First day after the end"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: it runs until it is ended."),
    )

    def __init__(self, data: FormData | None = None, *, tiers: Choices, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.fields["tier_id"].choices = tiers  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        """Turns what was typed into minor units and minutes."""
        data = dict(super().clean() or {})
        data["currency"] = str(data.get("currency", "")).upper()
        price, hours = data.get("price_minor"), data.get("hours_minutes")
        try:
            data["price_minor"] = parse_minor(price, data["currency"]) if price else None
        except ValueError:
            self.add_error("price_minor", _("Write a sum like 1200 or 1,200.50."))
        try:
            data["hours_minutes"] = parse_minutes(hours) if hours else None
        except ValueError:
            self.add_error("hours_minutes", _("Write hours like 20h or 4h 30m."))
        return data

    @staticmethod
    def initial_of(row: Retainer) -> dict[str, object]:
        """What the form shows of an existing retainer."""
        return {
            **as_it_is(RetainerForm, row),
            "tier_id": str(row.tier_id),
            "price_minor": typed_minor(row.price_minor, row.currency),
            "hours_minutes": typed_minutes(row.hours_minutes),
        }


class CoverForm(forms.Form):
    """A covered system and the response times it signs."""

    system_id = forms.ChoiceField(label=_("System"))
    policy_version_id = forms.ChoiceField(
        label=_("Response times"), help_text=_("This version is signed; later changes to it do not reach this system.")
    )

    def __init__(
        self, data: FormData | None = None, *, systems: Choices, versions: Choices, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["system_id"].choices = [CHOOSE, *systems]  # type: ignore[attr-defined]
        self.fields["policy_version_id"].choices = [CHOOSE, *versions]  # type: ignore[attr-defined]


class CoverFields(TypedDict):
    """What the form of a covered system cleans to."""

    system_id: str
    policy_version_id: str


class EndForm(forms.Form):
    """The end of a retainer."""

    ends_on = DayField(label=_("First day after the end"), widget=forms.DateInput(attrs={"type": "date"}))


class EndFields(TypedDict):
    """What the form of the end cleans to."""

    ends_on: date
