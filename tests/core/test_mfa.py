"""The second factor: a real enrolment and real logins through the pages, by the codes that an app would show."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse

from core.models import Agency, Membership, User
from tests.cast import PASSWORD, AgencyFixture, Cast
from tests.matrix import browser_of
from tests.walls.test_routes import STAFF, Route, path

PERIOD = 30
# Longer than the five minutes for which a reauthentication counts.
A_WHILE = 600
HOME = "/a/north/"


@pytest.fixture(autouse=True)
def nothing_is_counted(settings: Any) -> None:
    """Attempts are counted outside the database, where no test's rollback takes them back."""
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture
def watch() -> Iterator[Any]:
    """A clock that stands at the beginning of a code's thirty seconds, so that no code runs out under a test."""
    with time_machine.travel(time.time() // PERIOD * PERIOD + 1, tick=False) as traveller:
        yield traveller


def code_of(secret: str, at: float | None = None) -> str:
    """The code that an authenticator app shows, by RFC 6238 and not by the library that checks it."""
    counter = int(time.time() if at is None else at) // PERIOD
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def sign_in(user: User) -> tuple[Browser, HttpResponse]:
    """A new browser after the first step, and what it was answered."""
    browser = Browser()
    answer = browser.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return browser, answer  # type: ignore[return-value]


def second_step(user: User, code: str) -> Browser:
    """A new browser after both steps, whether or not the second one was let through."""
    browser, _ = sign_in(user)
    browser.post(reverse("mfa_authenticate"), {"code": code})
    return browser


def is_inside(browser: Browser) -> bool:
    """True where this browser is signed in."""
    return not str(browser.get(reverse("profile")).headers.get("Location", "")).startswith(reverse("account_login"))


def confirm_password(browser: Browser, wanted: str) -> HttpResponse:
    """Reauthenticates by password on the way to a page."""
    page = reverse("account_reauthenticate")
    return browser.post(f"{page}?next={wanted}", {"password": PASSWORD})  # type: ignore[return-value]


def confirm_code(browser: Browser, wanted: str, code: str) -> Any:
    """The same by the second factor, of somebody who has one."""
    page = reverse("mfa_reauthenticate")
    return browser.post(f"{page}?next={wanted}", {"code": code})


@dataclass
class Enrolled:
    """A person with a second factor: what their app and their drawer hold."""

    user: User
    secret: str
    recovery_codes: list[str]
    browser: Browser

    @property
    def code(self) -> str:
        """What the app shows now."""
        return code_of(self.secret)


def secret_shown(browser: Browser) -> str:
    """The secret in the QR code of the enrolment page."""
    page = browser.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200
    scanned = urlsplit(str(page.context["totp_url"]))
    return parse_qs(scanned.query)["secret"][0]


def enrol(user: User) -> Enrolled:
    """Goes the whole way through the pages: sign in, confirm the password, scan, type the code, read the codes."""
    browser, _ = sign_in(user)
    confirm_password(browser, reverse("mfa_activate_totp"))
    secret = secret_shown(browser)
    done = browser.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert done.headers["Location"] == reverse("mfa_view_recovery_codes")
    return Enrolled(user, secret, codes_shown(browser), browser)


def codes_shown(browser: Browser) -> list[str]:
    """The recovery codes that the page shows."""
    page = browser.get(reverse("mfa_view_recovery_codes"))
    assert page.status_code == 200
    codes: list[str] = list(page.context["unused_codes"])
    assert all(code in page.content.decode() for code in codes)
    return codes


@pytest.fixture
def engineer(cast: Cast, watch: Any) -> Enrolled:
    """North's engineer, enrolled a while ago."""
    enrolled = enrol(cast.north.engineer)
    watch.shift(A_WHILE)
    return enrolled


# --- enrolment -------------------------------------------------------------------------------------------------------


def test_the_code_by_hand_is_the_one_of_the_standard() -> None:
    """RFC 6238's own example, whose last six digits are these."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert code_of(secret, at=59) == "287082"


def test_enrolment_asks_for_the_password_first(cast: Cast, watch: Any) -> None:
    browser, _ = sign_in(cast.north.engineer)
    page = browser.get(reverse("mfa_activate_totp"))
    assert page.headers["Location"].startswith(reverse("account_reauthenticate"))


def test_the_code_of_the_secret_shown_enrols_and_gives_ten_recovery_codes(cast: Cast, watch: Any) -> None:
    enrolled = enrol(cast.north.engineer)
    kinds = set(Authenticator.objects.filter(user=enrolled.user).values_list("type", flat=True))
    assert kinds == {"totp", "recovery_codes"}
    assert len(set(enrolled.recovery_codes)) == 10


@pytest.mark.parametrize("wrong", ["000000", "", "12345", "abcdef"])
def test_a_code_that_is_not_of_that_secret_enrols_nobody(wrong: str, cast: Cast, watch: Any) -> None:
    browser, _ = sign_in(cast.north.engineer)
    confirm_password(browser, reverse("mfa_activate_totp"))
    assert code_of(secret_shown(browser)) != wrong
    assert browser.post(reverse("mfa_activate_totp"), {"code": wrong}).status_code == 200
    assert not Authenticator.objects.exists()


def test_a_secret_that_the_browser_sends_is_not_taken(cast: Cast, watch: Any) -> None:
    own = base64.b32encode(b"a secret of my own..").decode()
    browser, _ = sign_in(cast.north.engineer)
    confirm_password(browser, reverse("mfa_activate_totp"))
    secret_shown(browser)
    browser.post(reverse("mfa_activate_totp"), {"code": code_of(own), "secret": own})
    assert not Authenticator.objects.exists()


def test_the_secret_does_not_stand_in_the_database_as_it_is(engineer: Enrolled) -> None:
    """Whoever reads a backup must not be able to show the right code."""
    kept = [str(row.data) for row in Authenticator.objects.filter(user=engineer.user)]
    assert not any(engineer.secret in row for row in kept)


# --- signing in ------------------------------------------------------------------------------------------------------


def test_password_and_code_enter(engineer: Enrolled) -> None:
    browser = second_step(engineer.user, engineer.code)
    assert is_inside(browser)
    assert browser.get(HOME).status_code == 200


@pytest.mark.parametrize("address", ["/", "/me/", HOME, "/a/north/settings/people/", "/accounts/2fa/"])
def test_the_password_alone_does_not_enter(address: str, engineer: Enrolled) -> None:
    browser, answer = sign_in(engineer.user)
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    for method in ("get", "post"):
        assert getattr(browser, method)(address).headers["Location"].startswith(reverse("account_login"))


def test_the_second_step_alone_is_no_way_in(engineer: Enrolled) -> None:
    browser = Browser()
    answer = browser.post(reverse("mfa_authenticate"), {"code": engineer.code})
    assert answer.headers["Location"] == reverse("account_login")
    assert not is_inside(browser)


def test_a_wrong_code_does_not_enter(engineer: Enrolled) -> None:
    wrong = f"{(int(engineer.code) + 1) % 1_000_000:06d}"
    assert not is_inside(second_step(engineer.user, wrong))


@pytest.mark.parametrize("periods", [-2, -1, 1, 2])
def test_a_code_of_another_half_minute_does_not_enter(periods: int, engineer: Enrolled) -> None:
    stale = code_of(engineer.secret, at=time.time() + periods * PERIOD)
    assert not is_inside(second_step(engineer.user, stale))


def test_somebody_elses_code_does_not_enter(cast: Cast, engineer: Enrolled) -> None:
    viewer = enrol(cast.north.viewer)
    assert not is_inside(second_step(engineer.user, viewer.code))


def test_x23_the_same_code_does_not_enter_twice(engineer: Enrolled, watch: Any) -> None:
    code = engineer.code
    assert is_inside(second_step(engineer.user, code))
    assert not is_inside(second_step(engineer.user, code))
    # With a blank in the middle, as some apps show it, it is the same code.
    assert not is_inside(second_step(engineer.user, f"{code[:3]} {code[3:]}"))
    watch.shift(PERIOD)
    assert is_inside(second_step(engineer.user, engineer.code))


def test_the_code_that_enrolled_is_used_up(cast: Cast, watch: Any) -> None:
    """Whoever looked over the shoulder at the enrolment has half a minute otherwise."""
    enrolled = enrol(cast.north.engineer)
    assert not is_inside(second_step(enrolled.user, enrolled.code))


def test_a_used_code_stays_used_in_a_process_that_remembers_nothing(engineer: Enrolled) -> None:
    """The web server runs several processes, and the second login may meet another one than the first."""
    code = engineer.code
    assert is_inside(second_step(engineer.user, code))
    # What a process keeps in its own memory, another one does not have; what is shared, it does.
    if isinstance(caches["default"], LocMemCache):
        caches["default"].clear()
    assert not is_inside(second_step(engineer.user, code))


def test_codes_cannot_be_guessed_without_end(engineer: Enrolled, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/key"}
    browser, _ = sign_in(engineer.user)
    for guess in range(10):
        wrong = f"{(int(engineer.code) + 1 + guess) % 1_000_000:06d}"
        browser.post(reverse("mfa_authenticate"), {"code": wrong})
    browser.post(reverse("mfa_authenticate"), {"code": engineer.code})
    assert not is_inside(browser)


def test_a_new_password_by_mail_does_not_go_round_the_second_step(engineer: Enrolled) -> None:
    browser = Browser()
    browser.post(reverse("account_reset_password"), {"email": engineer.user.email})
    link = re.search(r"https?://\S+/password/reset/key/\S+", str(mail.outbox[-1].body))
    assert link
    form = browser.get(urlsplit(link[0]).path, follow=True)
    new = "another horse battery"
    browser.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert not is_inside(browser)
    answer = browser.post(reverse("account_login"), {"login": engineer.user.email, "password": new})
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert not is_inside(browser)


# --- recovery codes --------------------------------------------------------------------------------------------------


def test_a_recovery_code_enters_once(engineer: Enrolled) -> None:
    first, second, *_ = engineer.recovery_codes
    assert is_inside(second_step(engineer.user, first))
    assert not is_inside(second_step(engineer.user, first))
    assert is_inside(second_step(engineer.user, second))


def test_a_used_recovery_code_is_no_longer_shown(engineer: Enrolled) -> None:
    browser = second_step(engineer.user, engineer.recovery_codes[0])
    confirm_code(browser, reverse("mfa_view_recovery_codes"), engineer.code)
    assert codes_shown(browser) == engineer.recovery_codes[1:]


def test_new_recovery_codes_end_the_old_ones(engineer: Enrolled) -> None:
    browser = second_step(engineer.user, engineer.recovery_codes[1])
    confirm_code(browser, reverse("mfa_generate_recovery_codes"), engineer.code)
    browser.post(reverse("mfa_generate_recovery_codes"))
    fresh = codes_shown(browser)
    assert not set(fresh) & set(engineer.recovery_codes)
    assert not is_inside(second_step(engineer.user, engineer.recovery_codes[0]))
    assert is_inside(second_step(engineer.user, fresh[0]))


@pytest.mark.parametrize("page", ["mfa_view_recovery_codes", "mfa_download_recovery_codes"])
def test_recovery_codes_are_shown_only_after_a_code_once_more(page: str, engineer: Enrolled) -> None:
    answer = engineer.browser.get(reverse(page))
    assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))


# --- an agency that requires it --------------------------------------------------------------------------------------


def require_it(house: AgencyFixture) -> None:
    """The agency's owner has ticked “Staff must use a second factor”."""
    with house.scope():
        Agency.objects.update(require_mfa=True)


@pytest.mark.parametrize("route", STAFF, ids=str)
def test_without_it_a_member_is_sent_to_enrolment_instead_of_any_page(
    route: Route, cast: Cast, north_rows: dict[str, Any]
) -> None:
    address = path(route, cast.north, north_rows)
    require_it(cast.north)
    browser = browser_of(cast, cast.north.owner)
    for method in ("get", "post"):
        answer = getattr(browser, method)(address, {"role": "owner"})
        assert answer.status_code == 302
        assert answer.headers["Location"] == reverse("mfa_index")


def test_what_was_posted_without_it_was_not_done(cast: Cast) -> None:
    require_it(cast.north)
    browser = Browser()
    browser.force_login(cast.north.owner)
    with cast.north.scope():
        viewer = Membership.objects.get(user=cast.north.viewer)
    browser.post(f"/a/north/settings/people/{viewer.id}/role/", {"role": "owner"})
    with cast.north.scope():
        assert Membership.objects.get(id=viewer.id).role == "viewer"


def test_the_page_one_is_sent_to_leads_to_enrolment(cast: Cast) -> None:
    require_it(cast.north)
    browser, _ = sign_in(cast.north.engineer)
    page = browser.get(HOME, follow=True)
    assert page.status_code == 200
    assert f'href="{reverse("mfa_activate_totp")}"' in page.content.decode()


def test_a_live_part_of_an_open_page_sends_the_whole_page_there(cast: Cast) -> None:
    """htmx would follow a redirect by itself, and put the enrolment page into a corner of the old one."""
    require_it(cast.north)
    browser = Browser(headers={"HX-Request": "true"})
    browser.force_login(cast.north.engineer)
    assert browser.get(HOME).headers.get("HX-Redirect") == reverse("mfa_index")


def test_with_it_the_member_comes_in(cast: Cast, engineer: Enrolled) -> None:
    require_it(cast.north)
    assert second_step(engineer.user, engineer.code).get(HOME).status_code == 200


def test_it_is_required_of_this_agencys_staff_alone(cast: Cast) -> None:
    require_it(cast.north)
    browser = Browser()
    browser.force_login(cast.south.engineer)
    assert browser.get("/a/south/").status_code == 200
    browser.force_login(cast.north.contact)
    assert browser.get(f"/p/north/{cast.north.client.slug}/").status_code == 200


# --- turning it off --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_turning_it_off_asks_who_is_there_first(method: str, engineer: Enrolled) -> None:
    browser = second_step(engineer.user, engineer.code)
    answer = getattr(browser, method)(reverse("mfa_deactivate_totp"))
    assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert Authenticator.objects.filter(user=engineer.user, type="totp").exists()


@pytest.mark.parametrize("code", ["", "000000", "used"])
def test_no_password_and_no_wrong_code_turns_it_off(code: str, engineer: Enrolled) -> None:
    """Whoever has the password and an open session would be rid of the one thing that they have not."""
    browser = second_step(engineer.user, engineer.code)
    off = reverse("mfa_deactivate_totp")
    browser.post(off)
    if code:
        confirm_code(browser, off, engineer.code if code == "used" else code)
    else:
        assert confirm_password(browser, off).headers["Location"].startswith(reverse("mfa_reauthenticate"))
    browser.post(off)
    assert Authenticator.objects.filter(user=engineer.user, type="totp").exists()


def test_reauthentication_counts_for_a_few_minutes_and_no_longer(engineer: Enrolled, watch: Any) -> None:
    browser, off = second_step(engineer.user, engineer.recovery_codes[0]), reverse("mfa_deactivate_totp")
    confirm_code(browser, off, engineer.code)
    assert browser.get(off).status_code == 200
    watch.shift(A_WHILE)
    assert browser.get(off).headers["Location"].startswith(reverse("mfa_reauthenticate"))


def test_turned_off_it_takes_the_recovery_codes_with_it_and_is_asked_for_again_where_required(
    cast: Cast, engineer: Enrolled
) -> None:
    require_it(cast.north)
    browser, off = second_step(engineer.user, engineer.recovery_codes[0]), reverse("mfa_deactivate_totp")
    confirm_code(browser, off, engineer.code)
    assert browser.post(off).headers["Location"] == reverse("mfa_index")
    assert not Authenticator.objects.filter(user=engineer.user).exists()
    assert browser.get(HOME).headers["Location"] == reverse("mfa_index")
