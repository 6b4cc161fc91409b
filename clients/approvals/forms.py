"""Forms of approvals."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TypedDict, Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from core.options import Choices, FormData, FormOptions
from core.web.forms import DayField

WORDS = forms.Textarea(attrs={"rows": 4})


class AnswerForm(forms.Form):
    """What we answer to the client's question."""

    words = forms.CharField(
        label=_("Your answer"), max_length=2000, widget=WORDS, help_text=_("Everybody who was asked reads it.")
    )


class AnswerFields(TypedDict):
    """What the form of an answer cleans to."""

    words: str


class ContactForm(forms.Form):
    """One of the client's people who may approve."""

    contact_id = forms.TypedChoiceField(label=_("Who"), coerce=uuid.UUID)

    def __init__(self, data: FormData | None = None, *, contacts: Choices, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.fields["contact_id"].choices = [("", _("Choose…")), *contacts]  # type: ignore[attr-defined]


class ContactFields(TypedDict):
    """What the form of a contact cleans to."""

    contact_id: uuid.UUID


class OfflineForm(ContactForm):
    """What a contact agreed to outside the portal."""

    agreed_on = DayField(label=_("On which day"), widget=forms.DateInput(attrs={"type": "date"}))
    words = forms.CharField(
        label=_("Where it can be looked up"),
        max_length=2000,
        widget=WORDS,
        help_text=_("Such as: signed letter of 3 May, in the client's folder."),
    )


class OfflineFields(ContactFields):
    """What that form cleans to."""

    agreed_on: date
    words: str
