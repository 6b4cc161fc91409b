"""The form of planned maintenance."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from django import forms
from django.utils.translation import gettext_lazy as _

from core.web.forms import MomentField


class WindowForm(forms.Form):
    """Planned maintenance."""

    title = forms.CharField(label=_("What is done"), max_length=160, help_text=_("The client reads this."))
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))


class WindowFields(TypedDict):
    """What that form cleans to."""

    title: str
    starts_at: datetime
    ends_at: datetime
