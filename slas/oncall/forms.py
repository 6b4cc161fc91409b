"""Forms of who is on call."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from core.options import Choices, FormData, FormOptions
from core.web.forms import DayField, MomentField

# A rota of a small agency; whoever has more people makes two.
PLACES = 12


class RotaForm(forms.Form):
    """A rota: who takes turns in which order, and when they change."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Such as First line."))
    zone = forms.CharField(label=_("Time zone"), max_length=60)
    turn_days = forms.IntegerField(label=_("A turn lasts (days)"), min_value=1, max_value=92)
    handover_at = forms.TimeField(
        label=_("Handed over at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    first_day = DayField(
        label=_("First turn begins on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: FormData | None = None, *, people: Choices, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        able = dict(people)
        order = [person for person in self.initial.get("people", []) if person in able]
        for place in range(min(max(PLACES, len(order) + 1), len(people))):
            self.fields[f"person_{place}"] = forms.ChoiceField(
                label=_("First") if place == 0 else _("Then"),
                choices=[("", "–"), *people],
                required=place == 0,
                initial=order[place] if place < len(order) else "",
            )

    def clean(self) -> dict[str, object]:
        """The arguments of the service; the places that are empty are left out."""
        data = self.cleaned_data
        places = [name for name in self.fields if name.startswith("person_")]
        people = [data.pop(name, "") for name in places]
        return {**data, "people": [person for person in people if person]}


class StretchForm(forms.Form):
    """Somebody and a stretch of time."""

    user_id = forms.ChoiceField(label=_("Who"))
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))

    def __init__(self, data: FormData | None = None, *, people: Choices, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.fields["user_id"].choices = people  # type: ignore[attr-defined]


class TimeOffForm(StretchForm):
    """Somebody who is away."""

    note = forms.CharField(label=_("Note"), max_length=120, required=False)
