"""Forms keep what was typed, say what is wrong beside its field, and clean to what the services take."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from django import forms

from clients import services
from clients.forms import ClientForm, ContactForm, SystemForm
from core.zones import zone_choices
from tests.cast import Cast

CLIENT = {"name": "Acme", "time_zone": "Europe/Paris", "country": "FR"}
CONTACT = {"name": "Ada", "email": "ada@acme.example", "rights": ["viewer", "finance"]}
SYSTEM = {"name": "Bot", "criticality": "high", "customer_facing": "on", "owner_id": ""}


@pytest.mark.parametrize(
    ("form", "service", "given"),
    [
        (ClientForm(CLIENT), services.create_client, set()),
        (ContactForm(CONTACT), services.create_contact, {"client_id"}),
        (SystemForm(SYSTEM), services.create_system, {"client_id"}),
    ],
    ids=["client", "contact", "system"],
)
def test_a_form_cleans_to_what_its_service_takes(
    form: forms.Form, service: Callable[..., Any], given: set[str]
) -> None:
    assert form.is_valid(), form.errors
    inspect.signature(service).bind(**form.cleaned_data, **dict.fromkeys(given))


@pytest.mark.parametrize(
    ("form", "data", "field", "value"),
    [
        (ClientForm, CLIENT, "name", ""),
        (ClientForm, CLIENT, "name", "a" * 81),
        (ClientForm, CLIENT, "time_zone", "Mars/Olympus"),
        (ClientForm, CLIENT, "country", "FRA"),
        (ContactForm, CONTACT, "email", "ada"),
        (ContactForm, CONTACT, "email", "a" * 250 + "@x.de"),
        (ContactForm, CONTACT, "rights", []),
        (ContactForm, CONTACT, "rights", ["owner"]),
        (SystemForm, SYSTEM, "criticality", "critical"),
        (SystemForm, SYSTEM, "owner_id", "somebody"),
        (SystemForm, SYSTEM, "purpose", "a" * 301),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(
    form: type[forms.Form], data: dict[str, Any], field: str, value: Any
) -> None:
    filled = form({**data, field: value})
    assert set(filled.errors) == {field}
    assert filled[field].value() == value


def test_every_zone_that_is_offered_is_one_that_the_service_takes(cast: Cast) -> None:
    """Each twentieth of the list, so that the test stays quick."""
    names = [name for name, _label in zone_choices()]
    assert names[0] == "UTC"
    assert "Europe/Berlin" in names
    with cast.north.scope():
        for name in names[::20]:
            services.update_client(client_id=cast.north.client.id, name="x", time_zone=name)


def test_the_owners_that_a_system_form_offers_are_the_people_it_is_given() -> None:
    form = SystemForm({**SYSTEM, "owner_id": "7"}, people=[("7", "Ada")])
    assert form.is_valid()
    assert form.cleaned_data["owner_id"] == "7"
