"""The time zones that people choose from."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Unpack
from zoneinfo import available_timezones

from django import forms

from core.options import FormFieldOptions


@cache
def zone_choices() -> tuple[tuple[str, str], ...]:
    """UTC, then each zone that is some place's own in the IANA database; old names that mean another are left out."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    names = sorted(line.split("\t")[2].strip() for line in table.splitlines() if line and not line.startswith("#"))
    return ("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)


@cache
def _listed() -> frozenset[str]:
    return frozenset(name for name, _label in zone_choices())


@cache
def _known() -> frozenset[str]:
    # Python reads folders full of files each time it is asked.
    return _listed() | available_timezones()


class ZoneField(forms.ChoiceField):
    """A choice of zones. An older name that a program has set is taken too, and shown where it is the present one."""

    def __init__(self, **options: Unpack[FormFieldOptions]) -> None:
        super().__init__(choices=zone_choices, **options)

    def valid_value(self, value: str) -> bool:
        """Whether the database knows this name."""
        return value in _known() or super().valid_value(value)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """The field with the present value among its choices."""
        present = form.get_initial_for_field(self, field_name)
        if present and str(present) not in _listed():
            self.choices = [(present, present), *zone_choices()]
        return super().get_bound_field(form, field_name)

    def propose_the_browsers(self, hint: str) -> None:
        """Has the page put the browser's zone in, with ``hint`` below it that says so. For who has chosen none yet."""
        self.widget.attrs["data-zone-hint"] = hint
