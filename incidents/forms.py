"""Forms of incidents."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict, Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from core.options import Choices, FormData, FormOptions
from core.web.forms import MomentField
from incidents.severities import DEFINITIONS
from slas.words import Party

# The browser keeps what is typed here until it is sent.
DRAFT = {"data-draft": ""}

# What becomes of the time that was used, in the words of the page.
MODES = [
    ("carry_elapsed", _("Stays used")),
    ("carry_fraction", _("Stays used as a share")),
    ("fresh", _("Starts afresh")),
    ("retroactive", _("As if it had been so from the start")),
]


def severity_choices() -> list[tuple[str, str]]:
    """Each severity with what it means."""
    return [(name, f"{name.title()}: {text}") for name, text in DEFINITIONS.items()]


CHANNELS = [
    ("noticed", _("We noticed it")),
    ("mail", _("The client, by mail")),
    ("phone", _("The client, by phone")),
    ("chat", _("The client, in a chat or messenger")),
    ("meeting", _("The client, in a meeting")),
]
CHOOSE = ("", _("Choose…"))


class OpenIncidentForm(forms.Form):
    """An incident opened by hand. Nothing is guessed: it starts clocks and writes to a client."""

    system_id = forms.ChoiceField(label=_("System"))
    title = forms.CharField(label=_("What is wrong"), max_length=160, help_text=_("The client reads this."))
    severity = forms.ChoiceField(label=_("How bad is it"), choices=severity_choices, widget=forms.RadioSelect)
    channel = forms.ChoiceField(label=_("Who noticed, and how"), choices=[CHOOSE, *CHANNELS])
    opened_at = MomentField(
        label=_("When it was noticed"), required=False, help_text=_("Its clocks count from then. Empty: just now.")
    )
    detail = forms.CharField(
        label=_("What is known"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The client reads this."),
    )

    def __init__(self, data: FormData | None = None, *, systems: Choices, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.fields["system_id"].choices = [CHOOSE, *systems]  # type: ignore[attr-defined]


class OpenIncidentFields(TypedDict):
    """What that form cleans to."""

    system_id: str
    title: str
    severity: str
    channel: str
    opened_at: datetime | None
    detail: str


class PauseForm(forms.Form):
    """Why the clocks stop, and who has to act."""

    party = forms.ChoiceField(label=_("Waiting on"), choices=Party.choices)
    reason = forms.CharField(
        label=_("For what"),
        max_length=300,
        widget=forms.TextInput(attrs=DRAFT),
        help_text=_("The client reads this."),
    )
    evidence = forms.CharField(
        label=_("Evidence"), max_length=500, required=False, help_text=_("Such as a link to the question.")
    )


class ClientMessageForm(forms.Form):
    """What the client wrote or said somewhere else."""

    body = forms.CharField(
        label=_("What the client wrote"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3} | DRAFT),
        help_text=_("It ends a wait for the client at its own time."),
    )
    at = MomentField(label=_("When"), required=False, help_text=_("Empty: just now."))


class AgreeForm(forms.Form):
    """A date that the client agreed to."""

    agreed_at = MomentField(label=_("Due on"), help_text=_("Pauses do not move it."))
    reason = forms.CharField(
        label=_("Agreed with whom, and why"), max_length=300, help_text=_("The client reads this.")
    )


class DecideForm(forms.Form):
    """The answer to a request to look at a wait again."""

    answer = forms.CharField(label=_("Answer"), max_length=500, help_text=_("The client reads this."))
    accept = forms.ChoiceField(choices=[("yes", ""), ("no", "")])


class NoteForm(forms.Form):
    """An internal note."""

    body = forms.CharField(
        label=_("Internal note"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 3} | DRAFT)
    )


class UpdateForm(forms.Form):
    """A message to the client."""

    body = forms.CharField(
        label=_("Message to the client"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 3} | DRAFT)
    )


class ResolveForm(forms.Form):
    """What solved it."""

    body = forms.CharField(
        label=_("What solved it"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3} | DRAFT),
        help_text=_("The client reads this, and what was measured last."),
    )
    override_reason = forms.CharField(
        label=_("Why it is solved although what is measured says no"),
        max_length=300,
        required=False,
        help_text=_("Only for the staff. Not needed once the last answer is good."),
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Why"), max_length=300)


class ReopenForm(ReasonForm):
    """Why it was not over."""

    reason = forms.CharField(label=_("Why"), max_length=300, help_text=_("The client reads this."))


class MergeForm(forms.Form):
    """The older incident of the same failure."""

    into_id = forms.ChoiceField(
        label=_("Is the same failure as"), help_text=_("Its clocks stop. Those of the older incident run on.")
    )

    def __init__(self, data: FormData | None = None, *, others: Choices, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.fields["into_id"].choices = others  # type: ignore[attr-defined]


class SeverityForm(forms.Form):
    """Another severity."""

    severity = forms.ChoiceField(label=_("Severity"), choices=severity_choices)
    mode = forms.ChoiceField(
        label=_("Time that was used"), choices=MODES, required=False, widget=forms.HiddenInput, initial="carry_elapsed"
    )

    def clean_mode(self) -> str:
        """Carried over where nothing is said."""
        return str(self.cleaned_data["mode"] or "carry_elapsed")


class PolicyForm(forms.Form):
    """Other response times."""

    policy_version_id = forms.UUIDField(label=_("Response times"))
    mode = forms.ChoiceField(choices=MODES, required=False)

    def clean_mode(self) -> str:
        """Carried over where nothing is said."""
        return str(self.cleaned_data["mode"] or "carry_elapsed")


class AssignForm(forms.Form):
    """Another owner."""

    owner_id = forms.ChoiceField(label=_("Owner"), required=False)

    def __init__(
        self, data: FormData | None = None, *, people: Choices | None = None, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["owner_id"].choices = [("", _("Nobody")), *(people or [])]  # type: ignore[attr-defined]
