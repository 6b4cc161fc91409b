"""Forms of the improvement backlog."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from backlog.words import BacklogKind, BacklogState


class ItemForm(forms.Form):
    """An improvement and its score."""

    title = forms.CharField(label=_("Improvement"), max_length=160)
    detail = forms.CharField(label=_("Details"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    kind = forms.ChoiceField(label=_("What it changes"), choices=BacklogKind.choices)
    impact = forms.IntegerField(label=_("Impact"), min_value=1, max_value=5, required=False, help_text=_("1 to 5"))
    risk = forms.IntegerField(
        label=_("Risk of leaving it"), min_value=1, max_value=5, required=False, help_text=_("1 to 5")
    )


class MoveForm(forms.Form):
    """Where an item goes next."""

    state = forms.ChoiceField(label=_("State"), choices=BacklogState.choices)
