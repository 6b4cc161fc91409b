"""Whoever finds a hole is told whom to tell, until a stated day; and is told nothing where nobody said so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from core import clock

ADDRESS = "/.well-known/security.txt"


@pytest.fixture(autouse=True)
def contact(settings: Any) -> None:
    settings.BASE_URL = "https://retainer.example"
    settings.SECURITY_CONTACT = ["security@retainer.example", "https://retainer.example/security"]
    settings.SECURITY_EXPIRES = "2027-06-30"
    settings.SECURITY_POLICY = "https://retainer.example/rules"


@pytest.mark.django_db
def test_it_names_the_contact_and_until_when_it_holds() -> None:
    with clock.at(datetime.fromisoformat("2027-01-01T00:00:00+00:00")):
        answer = Browser().get(ADDRESS)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().splitlines() == [
        "Contact: mailto:security@retainer.example",
        "Contact: https://retainer.example/security",
        "Expires: 2027-06-30T00:00:00Z",
        "Policy: https://retainer.example/rules",
        "Preferred-Languages: en",
        "Canonical: https://retainer.example/.well-known/security.txt",
    ]


@pytest.mark.django_db
def test_it_is_gone_once_that_day_has_come() -> None:
    with clock.at(datetime.fromisoformat("2027-06-30T00:00:00+00:00") + timedelta(seconds=1)):
        assert Browser().get(ADDRESS).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["SECURITY_CONTACT", "SECURITY_EXPIRES"])
def test_there_is_none_where_the_operator_named_nobody(missing: str, settings: Any) -> None:
    setattr(settings, missing, [] if missing == "SECURITY_CONTACT" else "")
    assert Browser().get(ADDRESS).status_code == 404
