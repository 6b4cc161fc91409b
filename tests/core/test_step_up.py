"""Addresses, passwords, factors and tokens change only at the hands of somebody who has just shown who they are, and
the owner of the account reads of it where they read before."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse

from core.models import Agency, ApiToken, AuditEvent, Invitation, Membership, User
from core.services import update_agency
from core.tokens import create_token
from tests.cast import PASSWORD, AgencyFixture, Cast
from tests.walls.test_routes import STAFF

CONFIRM, CONFIRM_FACTOR = "/accounts/reauthenticate/", "/accounts/2fa/reauthenticate/"
NEW = "/a/north/settings/api/tokens/new/"
TOKEN = {"name": "My program", "scopes": ["read"], "days": "30"}
# What makes or ends something that works without anybody's session, or lets somebody else in, or keeps them out.
OUTLASTING = {"new_token", "revoke_token", "new_endpoint", "rotate_secret"}
OUTLASTING |= {"archive_endpoint", "restore_endpoint", "delete_endpoint"}
OUTLASTING |= {"invite", "member_role", "remove_member", "agency"}


@pytest.fixture(autouse=True)
def nothing_is_counted(settings: Any) -> None:
    """Attempts are counted outside the database, where no test's rollback takes them back."""
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture
def watch() -> Iterator[Any]:
    with time_machine.travel(time.time() // 30 * 30 + 1, tick=False) as traveller:
        yield traveller


@pytest.fixture
def owner(cast: Cast) -> User:
    return cast.north.owner


@pytest.fixture
def visitor(owner: User) -> Browser:
    """Signed in through the page, a session and nothing more."""
    visitor = Browser(REMOTE_ADDR="192.0.2.7")
    visitor.post(reverse("account_login"), {"login": owner.email, "password": PASSWORD})
    mail.outbox.clear()
    return visitor


def confirm(visitor: Browser, wanted: str, password: str = PASSWORD) -> HttpResponse:
    return visitor.post(CONFIRM, {"password": password, "next": wanted})  # type: ignore[return-value]


def change_address(visitor: Browser, action: str, email: str) -> HttpResponse:
    return visitor.post(reverse("account_email"), {"email": email, f"action_{action}": ""})  # type: ignore[return-value]


def code_of(secret: str) -> str:
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def told() -> list[tuple[str, str]]:
    return [(sent.to[0], str(sent.subject)) for sent in mail.outbox]


# --- tokens and signing secrets --------------------------------------------------------------------------------------


def test_everything_that_outlasts_a_session_is_asked_for_once_more() -> None:
    asked = {route.name.split(":")[1] for route in STAFF if route.access and route.access.confirmed}
    assert asked == OUTLASTING


def test_an_open_session_alone_makes_no_token(visitor: Browser, cast: Cast) -> None:
    page, posted = visitor.get(NEW), visitor.post(NEW, TOKEN)
    assert page["Location"] == f"{CONFIRM}?next=%2Fa%2Fnorth%2Fsettings%2Fapi%2Ftokens%2Fnew%2F"
    assert posted["Location"] == f"{CONFIRM}?next=%2Fa%2Fnorth%2Fsettings%2Fapi%2F"
    with cast.north.scope():
        assert not ApiToken.objects.exists()


def test_an_open_session_alone_ends_no_token(visitor: Browser, cast: Cast) -> None:
    with cast.north.scope():
        token, _plain = create_token(name="t", scopes=["read"])
    visitor.post(f"/a/north/settings/api/tokens/{token.id}/revoke/")
    with cast.north.scope():
        assert ApiToken.objects.get().revoked_at is None


def test_the_password_opens_it_for_five_minutes(visitor: Browser, cast: Cast, watch: Any) -> None:
    assert confirm(visitor, NEW)["Location"] == NEW
    assert visitor.post(NEW, TOKEN).status_code == 200
    watch.shift(301)
    assert visitor.post(NEW, TOKEN).status_code == 302
    with cast.north.scope():
        assert ApiToken.objects.count() == 1


def test_a_wrong_password_opens_nothing(visitor: Browser) -> None:
    assert confirm(visitor, NEW, "wrong").status_code == 200
    assert visitor.get(NEW).status_code == 302


def test_whoever_has_a_second_factor_shows_that_and_no_password(visitor: Browser, owner: User, watch: Any) -> None:
    secret = enrol(visitor, owner)
    watch.shift(301)
    asked = visitor.get(NEW, follow=True).redirect_chain[-1][0]
    assert asked == f"{CONFIRM_FACTOR}?next=%2Fa%2Fnorth%2Fsettings%2Fapi%2Ftokens%2Fnew%2F"
    assert CONFIRM not in visitor.get(asked).content.decode()
    assert confirm(visitor, NEW)["Location"].startswith(CONFIRM_FACTOR)
    assert visitor.get(NEW).status_code == 302
    assert visitor.post(CONFIRM_FACTOR, {"code": code_of(secret), "next": NEW})["Location"] == NEW
    assert visitor.get(NEW).status_code == 200


def test_it_leads_to_no_other_site(visitor: Browser) -> None:
    assert confirm(visitor, "https://evil.example/")["Location"] == "/"


def test_a_live_part_is_told_to_leave_the_page(visitor: Browser) -> None:
    answer = visitor.post(NEW, TOKEN, headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert answer["HX-Redirect"].startswith(CONFIRM)


def test_whoever_may_not_is_refused_and_not_asked(cast: Cast) -> None:
    engineer = Browser()
    engineer.post(reverse("account_login"), {"login": cast.north.engineer.email, "password": PASSWORD})
    assert engineer.get(NEW).status_code == 403


# --- who works here, and by which rules ------------------------------------------------------------------------------


def test_an_open_session_alone_lets_nobody_in_and_keeps_nobody_out(visitor: Browser, cast: Cast) -> None:
    house = cast.north
    with house.scope():
        Agency.objects.update(require_mfa=False)
        engineer = str(Membership.objects.get(user=house.engineer).id)
    rules = {"name": "North", "time_zone": "UTC", "currency": "EUR", "brand_colour": "#4F49D6", "require_mfa": "on"}
    posts: list[tuple[str, dict[str, str]]] = [
        ("people/invite/", {"email": "mine@evil.example", "role": "owner"}),
        (f"people/{engineer}/role/", {"role": "owner"}),
        (f"people/{engineer}/remove/", {}),
        ("agency/", rules | {"mail_from": "mine@evil.example"}),
    ]
    before = of_the_house(house)
    for page, form in posts:
        assert visitor.post(f"/a/north/settings/{page}", form)["Location"].startswith(CONFIRM), page
    assert of_the_house(house) == before
    confirm(visitor, "/")
    for page, form in posts:
        assert not visitor.post(f"/a/north/settings/{page}", form)["Location"].startswith(CONFIRM), page
    assert of_the_house(house) != before


def of_the_house(house: AgencyFixture) -> list[Any]:
    with house.scope():
        people = [*Membership.objects.order_by("id").values_list("role", "ended_at")]
        return [people, Invitation.objects.count(), *Agency.objects.values_list("mail_from", "require_mfa")]


def test_the_record_says_which_rule_was_changed_and_no_address(visitor: Browser, cast: Cast) -> None:
    with cast.north.scope():
        Agency.objects.update(require_mfa=True)
        changed: dict[str, Any] = {"mail_from": "mine@evil.example", "require_mfa": False}
        fixed: dict[str, Any] = {"name": "North", "time_zone": "UTC", "currency": "EUR", "brand_colour": "#4F49D6"}
        update_agency(**fixed, **changed)
        update_agency(**fixed, **changed)
        said = list(AuditEvent.objects.filter(action="core.agency.updated").order_by("id").values_list("changes"))
    assert said == [({"require_mfa": [True, False], "mail_from": "changed"},), ({},)]


# --- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["add", "remove", "primary"])
def test_an_open_session_alone_changes_no_address(action: str, visitor: Browser, owner: User) -> None:
    EmailAddress.objects.create(user=owner, email="second@example.com", verified=True)
    before = set(EmailAddress.objects.values_list("email", "primary"))
    answer = change_address(visitor, action, "third@example.com" if action == "add" else "second@example.com")
    assert answer["Location"].startswith(CONFIRM)
    assert set(EmailAddress.objects.values_list("email", "primary")) == before
    assert mail.outbox == []


def test_the_old_address_reads_of_one_that_is_added(visitor: Browser, owner: User) -> None:
    confirm(visitor, "/")
    change_address(visitor, "add", "third@example.com")
    assert (owner.email, "An address was added to your account") in told()
    assert "third@example.com" in next(str(sent.body) for sent in mail.outbox if sent.to == [owner.email])


def test_the_old_address_reads_of_the_new_main_one_and_of_its_own_removal(visitor: Browser, owner: User) -> None:
    old = owner.email
    EmailAddress.objects.create(user=owner, email="second@example.com", verified=True)
    confirm(visitor, "/")
    change_address(visitor, "primary", "second@example.com")
    assert told() == [(old, "Your account has another main address")]
    mail.outbox.clear()
    change_address(visitor, "remove", old)
    removed = "An address was removed from your account"
    assert sorted(told()) == sorted([(old, removed), ("second@example.com", removed)])


# --- passwords and factors -------------------------------------------------------------------------------------------


def test_a_password_changes_by_the_old_one_alone_and_the_owner_reads_of_it(visitor: Browser, owner: User) -> None:
    new, page = "another horse battery", reverse("account_change_password")
    visitor.post(page, {"oldpassword": "wrong", "password1": new, "password2": new})
    assert mail.outbox == []
    visitor.post(page, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    owner.refresh_from_db()
    assert owner.check_password(new)
    assert told() == [(owner.email, "Your password was changed")]
    assert "192.0.2.7" in str(mail.outbox[0].body)
    assert "/accounts/password/reset/" in str(mail.outbox[0].body)


FACTOR_PAGES = ["mfa_activate_totp", "mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_view_recovery_codes"]


@pytest.mark.parametrize("name", FACTOR_PAGES)
def test_an_open_session_alone_changes_no_factor(name: str, visitor: Browser, owner: User, watch: Any) -> None:
    if name != "mfa_activate_totp":
        enrol(visitor, owner)
        watch.shift(301)
    before = list(Authenticator.objects.values_list("id", "data"))
    for answer in (visitor.get(reverse(name)), visitor.post(reverse(name), {"code": "000000"})):
        if answer.status_code != 405:
            assert "reauthenticate" in answer["Location"]
    assert list(Authenticator.objects.values_list("id", "data")) == before


def enrol(visitor: Browser, owner: User) -> str:
    confirm(visitor, "/")
    secret = str(visitor.get(reverse("mfa_activate_totp")).context["form"].secret)
    visitor.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert Authenticator.objects.filter(user=owner).count() == 2
    return secret


def test_the_owner_reads_of_each_change_of_a_factor(committed_cast: Cast, watch: Any) -> None:
    owner, visitor = committed_cast.north.owner, Browser()
    visitor.force_login(owner)
    enrol(visitor, owner)
    visitor.post(reverse("mfa_generate_recovery_codes"))
    visitor.post(reverse("mfa_deactivate_totp"))
    assert sorted(told()) == sorted(
        [
            (owner.email, "Your second factor was switched on"),
            (owner.email, "You have new recovery codes"),
            (owner.email, "Your second factor was switched off"),
        ]
    )


def test_what_a_browser_calls_itself_is_in_no_notice(visitor: Browser) -> None:
    """Whoever made the change chose it, and could ask the reader for something there."""
    new = "another horse battery"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    visitor.post(reverse("account_change_password"), form, headers={"User-Agent": "Call 0900 now"})
    assert "0900" not in str(mail.outbox[0].body)
