"""Forms of retainers. Money and hours are typed as people write them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.models import Retainer
from clients.forms import zone_choices

NO_MINOR_UNIT = {"JPY", "KRW"}


def parse_minor(text: str, currency: str) -> int:
    """The sum in the smallest unit: "1200", "1,200.50", "1 200". Raises ValueError."""
    cleaned = re.sub(r"[\s,']", "", text)
    try:
        amount = Decimal(cleaned)
    except InvalidOperation as error:
        raise ValueError(text) from error
    minor = amount * (1 if currency in NO_MINOR_UNIT else 100)
    if not amount.is_finite() or minor != minor.to_integral_value():
        raise ValueError(text)
    return int(minor)


def parse_minutes(text: str) -> int:
    """Minutes from "20", "20h", "4h 30m", "90 min". A bare number is hours. Raises ValueError."""
    found = re.fullmatch(r"\s*(?:(\d+(?:\.\d+)?)\s*(?:h|hours?)?)?\s*(?:(\d+)\s*(?:m|min|minutes?))?\s*", text)
    if not found or not (found[1] or found[2]):
        raise ValueError(text)
    return round(float(found[1] or 0) * 60) + int(found[2] or 0)


class RetainerForm(forms.Form):
    """A retainer's terms. Cleans to ``price_minor`` and ``hours_minutes``."""

    name = forms.CharField(label=_("Name"), max_length=80)
    tier_id = forms.ChoiceField(label=_("Plan"))
    price = forms.CharField(label=_("Price a month"), required=False, help_text=_("Such as 1200. Without tax."))
    currency = forms.CharField(label=_("Currency"), max_length=3)
    price_reason = forms.CharField(
        label=_("Why this price"),
        required=False,
        max_length=300,
        help_text=_("Needed only where the price is outside the plan's range."),
    )
    hours = forms.CharField(label=_("Hours a month"), help_text=_("Such as 20h or 4h 30m."), initial="10h")
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices)
    starts_on = forms.DateField(
        label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=_("First day after the end"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: it runs until it is ended."),
    )

    def __init__(self, *args: Any, tiers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier_id"].choices = tiers  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Turns what was typed into minor units and minutes."""
        data = dict(super().clean() or {})
        currency = data["currency"] = str(data.get("currency", "")).upper()
        typed, hours = data.pop("price", ""), data.pop("hours", "")
        data["price_minor"], data["hours_minutes"] = None, 0
        try:
            data["price_minor"] = parse_minor(typed, currency) if typed else None
        except ValueError:
            self.add_error("price", _("Write a sum like 1200 or 1,200.50."))
        try:
            data["hours_minutes"] = parse_minutes(hours)
        except ValueError:
            self.add_error("hours", _("Write hours like 20h or 4h 30m."))
        return data

    @staticmethod
    def initial_of(row: Retainer) -> dict[str, Any]:
        """What the form shows of an existing retainer."""
        names = ("name", "currency", "price_reason", "time_zone", "starts_on", "ends_on")
        divisor = 1 if row.currency in NO_MINOR_UNIT else 100
        hours, rest = divmod(row.hours_minutes, 60)
        return {
            **{name: getattr(row, name) for name in names},
            "tier_id": str(row.tier_id),
            "price": "" if row.price_minor is None else f"{Decimal(row.price_minor) / divisor}",
            "hours": f"{hours}h {rest}m" if rest else f"{hours}h",
        }


class CoverForm(forms.Form):
    """A covered system and the response times it signs."""

    system_id = forms.ChoiceField(label=_("System"))
    policy_version_id = forms.ChoiceField(label=_("Response times"))

    def __init__(
        self, *args: Any, systems: list[tuple[str, str]], versions: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["system_id"].choices = systems  # type: ignore[attr-defined]
        self.fields["policy_version_id"].choices = versions  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """The end of a retainer."""

    ends_on = forms.DateField(label=_("First day after the end"), widget=forms.DateInput(attrs={"type": "date"}))
