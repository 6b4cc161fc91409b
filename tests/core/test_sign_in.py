"""Signing in: who can keep whom out, and whose address is written down."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import reverse

from core.models import AuditEvent
from retainer.access import client_ip
from tests.cast import PASSWORD, Cast


@pytest.fixture
def counted(settings: Any, db: None) -> None:
    """Attempts are counted as they are in production."""
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/key,30/5m/ip"}
    cache.clear()


def try_to_sign_in(email: str, password: str, address: str) -> bool:
    browser = Browser(REMOTE_ADDR=address)
    browser.post(reverse("account_login"), {"login": email, "password": password})
    return "_auth_user_id" in browser.session


@pytest.mark.usefixtures("counted")
def test_x22_nobody_locks_somebody_else_out_by_failing_in_their_name(cast: Cast) -> None:
    email = cast.north.owner.email
    assert not any(try_to_sign_in(email, "wrong", "203.0.113.9") for _attempt in range(40))
    # Whoever guesses is stopped, with the right password too.
    assert not try_to_sign_in(email, PASSWORD, "203.0.113.9")
    assert try_to_sign_in(email, PASSWORD, "198.51.100.7")


@pytest.mark.usefixtures("counted")
def test_x22_one_address_cannot_guess_at_everybody(cast: Cast) -> None:
    people = [cast.north.owner, cast.north.manager, cast.north.engineer, cast.north.viewer, cast.stranger]
    for attempt in range(40):
        try_to_sign_in(people[attempt % 5].email, "wrong", "203.0.113.9")
    assert not any(try_to_sign_in(one.email, PASSWORD, "203.0.113.9") for one in people)


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, "", "192.0.2.1"),
        (0, "10.9.8.7", "192.0.2.1"),
        (1, "10.9.8.7", "10.9.8.7"),
        (1, "6.6.6.6, 10.9.8.7", "10.9.8.7"),
        (2, "6.6.6.6, 10.9.8.7, 172.16.0.1", "10.9.8.7"),
        (2, "10.9.8.7", "192.0.2.1"),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "unknown", None),
        (1, "10.9.8.7:55123", None),
        (1, "<script>", None),
    ],
)
def test_x21_only_what_the_nearest_trusted_proxy_wrote_counts(
    proxies: int, header: str, expected: str | None, settings: Any
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": header} if header else {}, REMOTE_ADDR="192.0.2.1")
    assert client_ip(request) == expected


def test_x21_a_forged_address_is_in_no_audit_row(cast: Cast) -> None:
    browser = Browser(headers={"X-Forwarded-For": "6.6.6.6"}, REMOTE_ADDR="192.0.2.1")
    browser.force_login(cast.north.owner)
    browser.post("/a/north/clients/new/", {"name": "New", "time_zone": "UTC", "country": "DE"})
    with cast.north.scope():
        assert AuditEvent.objects.order_by("-id").values_list("ip", flat=True)[0] == "192.0.2.1"


def test_x16_after_signing_out_no_page_of_before_is_given_again(cast: Cast) -> None:
    browser = Browser()
    browser.force_login(cast.north.owner)
    page = browser.get("/a/north/clients/")
    assert "no-store" in page["Cache-Control"]
    browser.post(reverse("account_logout"))
    again = browser.get("/a/north/clients/")
    assert again.status_code == 302
    assert again["Location"].startswith(reverse("account_login"))
