"""Forms of the dashboard's own pages: the agency, its people, its tokens, its receivers."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from core.access.roles import Role, TokenScope
from core.models import User
from core.zones import ZoneField

CURRENCIES = ["EUR", "USD", "GBP", "CHF", "AUD", "CAD", "DKK", "INR", "JPY", "NOK", "NZD", "PLN", "SEK", "SGD"]


# What stands in a person's row before anybody has chosen: whoever means UTC loses nothing by being asked.
NO_ZONE = "UTC"


def propose_zone(form: forms.Form) -> None:
    """The browser's zone stands in a form that is opened before one was chosen, and the page says where it is from."""
    chosen, zone = form.initial.get("time_zone", NO_ZONE), form.fields["time_zone"]
    if isinstance(zone, ZoneField) and not form.is_bound and chosen == NO_ZONE:
        zone.propose_the_browsers(str(_("From your browser. Choose another one if you work by another clock.")))


def currency_choices() -> list[tuple[str, str]]:
    """The currencies an agency may bill in."""
    return [(code, code) for code in CURRENCIES]


class AgencyFields(forms.Form):
    """What every agency has."""

    name = forms.CharField(label=_("Name of your agency"), max_length=80)
    time_zone = ZoneField(label=_("Time zone"), initial="UTC", help_text=_("Where your support hours are kept."))
    currency = forms.ChoiceField(label=_("Currency"), choices=currency_choices, initial="USD")


class AgencyStartForm(AgencyFields):
    """What an agency needs to begin."""

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        propose_zone(self)


class AgencyForm(AgencyFields):
    """The agency's settings."""

    brand_colour = forms.RegexField(
        label=_("Brand colour"),
        regex=r"^#[0-9A-Fa-f]{6}$",
        help_text=_("Such as #4F49D6. It is shown with enough contrast in both themes."),
        error_messages={"invalid": _("A colour looks like #4F49D6.")},
    )
    mail_from = forms.EmailField(
        label=_("Address of your mail"),
        required=False,
        help_text=_("Answers go there. Once its domain is proven, your mail also comes from there."),
    )
    require_mfa = forms.BooleanField(
        label=_("Staff must use a second factor"), required=False, help_text=_("Asked for at their next page.")
    )


class InviteForm(forms.Form):
    """Somebody new on the staff."""

    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.ENGINEER)


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class TokenForm(forms.Form):
    """A token for a program."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What will use it."))
    scopes = forms.MultipleChoiceField(
        label=_("May"), choices=TokenScope.choices, widget=forms.CheckboxSelectMultiple, initial=[TokenScope.READ]
    )
    days = forms.IntegerField(label=_("Days until it expires"), min_value=1, max_value=366, initial=90)


class EndpointForm(forms.Form):
    """A receiver of webhooks."""

    name = forms.CharField(label=_("Name"), max_length=80)
    url = forms.CharField(
        label=_("Address"), max_length=1000, help_text=_("We send a signed POST for each event."), initial="https://"
    )


class ProfileForm(forms.Form):
    """How a person is shown, and in which zone they read times."""

    name = forms.CharField(label=_("Your name"), max_length=120, required=False)
    time_zone = ZoneField(label=_("Your time zone"))

    def __init__(self, data: Mapping[str, str] | None = None, *, initial: dict[str, str] | None = None) -> None:
        super().__init__(data, initial=initial)
        propose_zone(self)


class AcceptForm(forms.Form):
    """Who takes up an invitation. Nobody works beside an address: a name is needed, once."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, help_text=_("The people you work with see it."), strip=True
    )
    time_zone = ZoneField(
        label=_("Your time zone"),
        required=False,
        help_text=_("Times are shown and mailed in it. You can change it later."),
    )

    def __init__(self, data: Mapping[str, str] | None = None, *, user: User, known_as: str, zone: str) -> None:
        own = user.time_zone if user.time_zone != NO_ZONE else ""
        initial = {"name": user.name or known_as, "time_zone": own or NO_ZONE}
        super().__init__(data, initial=initial)
        self.fields["name"].required = not user.name
        propose_zone(self)
        if not own:
            # Where no script runs: times are read in the agency's, as everybody there does.
            self.initial["time_zone"] = zone
