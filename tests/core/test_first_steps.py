"""A new agency is led from nothing to a system that is watched, and then left alone."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from clients.services import create_client
from core.models import User
from core.selectors import memberships_of
from core.tenancy import tenant_scope
from retainer.onboarding import open_agency
from tests.cast import person


@pytest.fixture
def founder(db: None) -> User:
    """The owner of an agency that has nothing yet."""
    user = person("Founder", "founder@example.com")
    open_agency(owner=user, name="Empty house", time_zone="Europe/Berlin", currency="EUR")
    return user


def page(user: User, path: str = "") -> str:
    browser = Browser()
    browser.force_login(user)
    return browser.get(f"/a/empty-house/{path}", follow=True).content.decode()


def test_home_says_that_nothing_is_watched_yet_and_what_comes_first(founder: User) -> None:
    shown = page(founder)
    assert "Nothing is watched yet." in shown
    assert "Every promise is being kept" not in shown
    for step in ("Add a client", "Add an AI system", "Sign a retainer", "Add a check", "Go live"):
        assert step in shown
    assert 'href="/a/empty-house/clients/new/"' in shown


def test_an_incident_without_a_system_is_not_offered_as_an_empty_choice(founder: User) -> None:
    assert "An incident belongs to an AI system." in page(founder, "incidents/new/")


def test_the_founder_reads_times_in_the_agencys_zone(founder: User) -> None:
    founder.refresh_from_db()
    assert founder.time_zone == "Europe/Berlin"


def test_each_step_leads_to_its_own_form(founder: User) -> None:
    """They led to the client's page, where the form had to be looked for."""
    with tenant_scope(memberships_of(founder.id)[0].agency_id):
        client = create_client(name="Acme", time_zone="UTC")
    shown = page(founder)
    for form in ("contacts/new/", "systems/new/", "go-live/"):
        assert f'href="/a/empty-house/clients/{client.slug}/{form}"' in shown
    assert f'href="/a/empty-house/retainers/new/{client.slug}/"' in shown
