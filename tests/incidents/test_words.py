"""What people read: the severities in plain words, and the messages that are written already."""

from __future__ import annotations

import pytest
from django.forms import Form

from incidents.forms import AssignForm, OpenIncidentForm, PauseForm, SeverityForm
from incidents.severities import DEFINITIONS, SERIOUS
from incidents.texts import TEMPLATES
from slas.words import Party, Severity


def test_every_severity_is_said_in_plain_words_worst_first() -> None:
    assert list(DEFINITIONS) == Severity.values
    assert all(str(text).endswith(".") for text in DEFINITIONS.values())
    assert SERIOUS == ("critical", "high")


@pytest.mark.parametrize(
    "name",
    ["looking", "cause", "workaround", "watching", "fixed", "no_news", "false_alarm", "provider", "waiting"],
)
def test_each_message_to_the_client_is_written_in_full(name: str) -> None:
    label, text = TEMPLATES[name]
    assert str(label)
    assert str(text).endswith(".")
    assert not set("{}[]%") & set(str(text)), "nothing is left for somebody in a hurry to fill in"


def test_the_form_offers_the_parties_that_the_service_knows() -> None:
    assert [value for value, _label in PauseForm().fields["party"].choices] == Party.values  # type: ignore[attr-defined]


def test_the_form_explains_each_severity_where_it_is_chosen() -> None:
    forms: list[Form] = [OpenIncidentForm(systems=[]), SeverityForm()]
    for form in forms:
        choices = dict(form.fields["severity"].choices)  # type: ignore[attr-defined]
        assert set(choices) == set(DEFINITIONS)
        assert all(str(DEFINITIONS[name]) in text for name, text in choices.items())


def test_nobody_is_an_owner_that_can_be_chosen() -> None:
    form = AssignForm({"owner_id": ""}, people=[("1", "Somebody")])
    assert form.is_valid()
    assert form.cleaned_data == {"owner_id": ""}
