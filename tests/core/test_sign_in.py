"""Signing in: who can keep whom out, and whose address is written down."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import reverse

from core.models import AuditEvent
from core.web.addresses import client_ip
from tests.cast import PASSWORD, Cast


@pytest.fixture
def counted(settings: Any, db: None) -> None:
    """Attempts are counted as they are in production."""
    assert settings.SIGN_IN_LIMITS["login_failed_account"] == "100/h/key"
    # The same with fewer for an account, so that no test has to guess a hundred times.
    settings.ACCOUNT_RATE_LIMITS = settings.SIGN_IN_LIMITS | {"login_failed_account": "25/h/key"}
    cache.clear()


def try_to_sign_in(
    email: str, password: str, address: str, browser: Browser | None = None, forwarded: str = ""
) -> bool:
    browser = browser or Browser(REMOTE_ADDR=address, headers={"X-Forwarded-For": forwarded} if forwarded else {})
    browser.post(reverse("account_login"), {"login": email, "password": password})
    return "_auth_user_id" in browser.session


def guess_from_everywhere(email: str, times: int = 28) -> None:
    """Each time from another address, as a botnet does."""
    for number in range(times):
        assert not try_to_sign_in(email, "wrong", f"203.0.113.{number}")


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


@pytest.mark.usefixtures("counted")
def test_guesses_from_very_many_addresses_are_counted_for_the_account(cast: Cast) -> None:
    guess_from_everywhere(cast.north.owner.email)
    assert not try_to_sign_in(cast.north.owner.email, PASSWORD, "198.51.100.7")
    assert try_to_sign_in(cast.north.manager.email, PASSWORD, "198.51.100.7"), "nobody else is meant"


@pytest.mark.usefixtures("counted")
def test_who_signed_in_here_before_is_not_kept_out_by_guesses_from_elsewhere(cast: Cast) -> None:
    email, known = cast.north.owner.email, Browser(REMOTE_ADDR="198.51.100.7")
    assert try_to_sign_in(email, PASSWORD, "", known)
    known.post(reverse("account_logout"))
    guess_from_everywhere(email)
    assert try_to_sign_in(email, PASSWORD, "", known)


@pytest.mark.usefixtures("counted")
def test_a_browser_is_known_to_the_account_that_signed_in_with_it_alone(cast: Cast) -> None:
    email, other = cast.north.owner.email, Browser(REMOTE_ADDR="198.51.100.7")
    assert try_to_sign_in(cast.stranger.email, PASSWORD, "", other)
    other.post(reverse("account_logout"))
    guess_from_everywhere(email)
    assert not try_to_sign_in(email, PASSWORD, "", other)


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("forged", ["", "x", "eyJuYW1lIjoiYSJ9:1tZ:abc"])
def test_a_browser_does_not_make_itself_known(forged: str, cast: Cast) -> None:
    browser = Browser(REMOTE_ADDR="198.51.100.7")
    browser.cookies[settings.KNOWN_BROWSER_COOKIE] = forged
    guess_from_everywhere(cast.north.owner.email)
    assert not try_to_sign_in(cast.north.owner.email, PASSWORD, "", browser)


@pytest.mark.usefixtures("counted")
def test_a_link_to_a_new_password_lets_its_reader_in_while_others_guess(cast: Cast) -> None:
    email, browser = cast.north.owner.email, Browser(REMOTE_ADDR="198.51.100.7")
    guess_from_everywhere(email)
    assert not try_to_sign_in(email, PASSWORD, "", browser)
    browser.post(reverse("account_reset_password"), {"email": email})
    link = re.search(r"https?://\S+/password/reset/key/\S+", str(mail.outbox[-1].body))
    assert link
    form = browser.get(urlsplit(link[0]).path, follow=True)
    new = "another horse battery"
    browser.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert not try_to_sign_in(email, new, "203.0.113.200"), "the guesses count as they did"
    assert try_to_sign_in(email, new, "", browser)


@pytest.mark.usefixtures("counted")
def test_one_address_cannot_use_up_what_an_account_has(cast: Cast) -> None:
    email = cast.north.owner.email
    with time_machine.travel(time.time(), tick=False) as watch:
        for _five_minutes in range(4):
            for _attempt in range(12):
                try_to_sign_in(email, "wrong", "203.0.113.9")
            watch.shift(301)
        assert try_to_sign_in(email, PASSWORD, "198.51.100.7")


@pytest.mark.usefixtures("counted")
def test_x21_a_header_chooses_no_address_to_count_by(cast: Cast) -> None:
    email = cast.north.owner.email
    for number in range(12):
        try_to_sign_in(email, "wrong", "203.0.113.9", forwarded=f"198.51.100.{number}")
    assert not try_to_sign_in(email, PASSWORD, "203.0.113.9", forwarded="192.0.2.77")
    assert try_to_sign_in(email, PASSWORD, "192.0.2.77")


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("header", ["10.9.8.7", "", "unknown, 10.9.8.7, 172.16.0.1"])
def test_a_header_that_is_shorter_than_the_proxies_is_no_error(header: str, cast: Cast, settings: Any) -> None:
    settings.TRUSTED_PROXY_COUNT = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    assert try_to_sign_in(cast.north.owner.email, PASSWORD, "203.0.113.9", forwarded=header)


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
