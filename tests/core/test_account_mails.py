"""Mails about accounts: where their links lead, and that neither they nor our answers say who has an account."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import User
from tests.cast import Cast

FORGED = "evil.example"
PASSWORD = "a long enough new password"


@pytest.fixture(autouse=True)
def any_host_is_served(settings: Any) -> None:
    """As where an operator allows more hosts than the one in BASE_URL."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.SIGN_UP = "open"
    settings.BASE_URL = "https://retainer.example"


def sign_up(email: str) -> HttpResponse:
    form = {"email": email, "password1": PASSWORD, "password2": PASSWORD}
    return Browser().post(reverse("account_signup"), form, headers={"Host": FORGED})  # type: ignore[return-value]


def ask_for_a_password(email: str) -> HttpResponse:
    page = reverse("account_reset_password")
    return Browser().post(page, {"email": email}, headers={"Host": FORGED})  # type: ignore[return-value]


def last_mail() -> str:
    sent = mail.outbox[-1]
    return f"{sent.subject}\n{sent.body}"


@pytest.mark.parametrize("act", [sign_up, ask_for_a_password])
@pytest.mark.parametrize("known", [True, False])
def test_no_mail_names_the_host_of_the_request(act: Any, known: bool, cast: Cast) -> None:
    act(cast.north.owner.email if known else "nobody@example.com")
    assert len(mail.outbox) == 1
    assert FORGED not in last_mail()
    assert all(link.startswith("https://retainer.example/") for link in re.findall(r"https?://\S+", last_mail()))


def test_the_link_to_a_new_password_leads_to_our_address(cast: Cast) -> None:
    ask_for_a_password(cast.north.owner.email)
    assert "\nhttps://retainer.example/accounts/password/reset/key/" in last_mail()


@pytest.mark.parametrize("act", [sign_up, ask_for_a_password])
def test_the_answer_is_the_same_with_and_without_an_account(act: Any, cast: Cast) -> None:
    answers = [act(email) for email in (cast.north.owner.email, "nobody@example.com")]
    assert {(one.status_code, one.headers.get("Location")) for one in answers} == {(302, answers[0]["Location"])}
    assert set(answers[0].cookies) == set(answers[1].cookies)


def test_signing_up_hashes_the_password_with_and_without_an_account(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashing takes a quarter of a second, and whoever measures it has learned who is a customer."""
    hashed: list[str] = []

    def counted(raw: str) -> str:
        hashed.append(raw)
        return hashers.make_password(raw)

    monkeypatch.setattr("django.contrib.auth.base_user.make_password", counted)
    for email in (cast.north.owner.email, "nobody@example.com"):
        sign_up(email)
    assert hashed == [PASSWORD, PASSWORD]


def test_signing_up_writes_as_much_with_and_without_an_account(cast: Cast) -> None:
    inserts = []
    for email in (cast.north.owner.email, "nobody@example.com"):
        with CaptureQueriesContext(connection) as captured:
            sign_up(email)
        written = [query["sql"].split('"')[1] for query in captured if query["sql"].startswith("INSERT")]
        inserts.append(sorted(set(written)))
    assert inserts[0] == inserts[1]
    assert User.objects.filter(email="nobody@example.com").exists()
    assert not User.objects.filter(email__endswith=".invalid").exists()
