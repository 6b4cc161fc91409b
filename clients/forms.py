"""Forms of clients, contacts and AI systems."""

from __future__ import annotations

from typing import TypedDict, Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.words import Criticality
from core.access.roles import Right
from core.options import Choices, FormData, FormOptions
from core.zones import ZoneField


class ClientForm(forms.Form):
    """A client."""

    name = forms.CharField(label=_("Name"), max_length=80)
    time_zone = ZoneField(label=_("Time zone"), help_text=_("Dates in reports and quiet hours follow it."))
    country = forms.CharField(
        label=_("Country"), max_length=2, required=False, help_text=_("Two letters, such as DE. Proposes holidays.")
    )


class ClientFields(TypedDict):
    """What the form of a client cleans to."""

    name: str
    time_zone: str
    country: str


class GoLiveForm(forms.Form):
    """The decision to send mail to a client's people."""

    sure = forms.BooleanField(label=_("Yes, these people may get mail from us"))

    def clean(self) -> dict[str, object]:
        """Nothing but the tick."""
        return {}


class ContactForm(forms.Form):
    """A person at a client."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    rights = forms.MultipleChoiceField(
        label=_("May"),
        choices=Right.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Right.VIEWER],
        help_text=_("Everybody here may read the portal; approving and money are rights of their own."),
    )
    is_primary = forms.BooleanField(
        label=_("Main contact"),
        required=False,
        help_text=_("One person a client. Choosing this one replaces the other."),
    )


class ContactFields(TypedDict):
    """What the form of a contact cleans to."""

    name: str
    email: str
    rights: list[str]
    is_primary: bool


class SystemForm(forms.Form):
    """An AI system."""

    name = forms.CharField(label=_("Name"), max_length=80)
    purpose = forms.CharField(
        label=_("What it does"), max_length=300, required=False, help_text=_("One sentence the client would use.")
    )
    criticality = forms.ChoiceField(
        label=_("Criticality"),
        choices=Criticality.choices,
        initial=Criticality.MEDIUM,
        help_text=_("How bad a failure is for the business. Proposes response times; a retainer signs them."),
    )
    customer_facing = forms.BooleanField(
        label=_("Customers meet it directly"), required=False, help_text=_("Its alerts count one step higher.")
    )
    owner_id = forms.ChoiceField(label=_("Owner"), required=False, help_text=_("Who on your staff looks after it."))

    def __init__(
        self, data: FormData | None = None, *, people: Choices | None = None, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["owner_id"].choices = [("", _("Not set")), *(people or [])]  # type: ignore[attr-defined]
