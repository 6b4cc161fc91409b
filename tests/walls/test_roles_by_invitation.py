"""X25: an invitation gives its own role to whom it was meant for, and nobody comes in by one that was left behind."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client as Browser

from core.access.roles import Role
from core.models import User
from core.selectors import memberships_of
from core.services import invite_member
from tests.cast import AgencyFixture, Cast, person
from tests.walls.powers import (
    BELOW_OWNER,
    GONE,
    greed,
    role_of,
    second_owner,
    set_role,
    signed_in,
    user_in,
)


@pytest.fixture(autouse=True)
def nothing_is_counted(settings: Any) -> None:
    """Attempts are counted outside the database, where no test's rollback takes them back."""
    settings.ACCOUNT_RATE_LIMITS = False


def invited(house: AgencyFixture, email: str, role: str, by: User | None = None) -> str:
    """The token of an invitation that an owner has sent."""
    with house.scope(by):
        return invite_member(email=email, role=role)[1]


def move_to(browser: Browser, email: str) -> None:
    """Makes another address one's own: adds it, follows the link that was mailed to it, and makes it the first."""
    browser.post("/accounts/email/", {"email": email, "action_add": ""})
    (sent,) = [one for one in mail.outbox if one.to == [email]]
    link = re.search(r"https?://\S+/confirm-email/\S+", str(sent.body))
    assert link
    browser.post(urlsplit(link[0]).path)
    browser.post("/accounts/email/", {"email": email, "action_primary": ""})


@pytest.mark.parametrize("wanted", Role.values)
@pytest.mark.parametrize("role", Role.values)
def test_x25_an_invitation_gives_its_own_role_whatever_is_posted_with_it(role: str, wanted: str, cast: Cast) -> None:
    newcomer = person("New", "new@example.com")
    token = invited(cast.north, newcomer.email, role)
    asked = greed(newcomer, cast) | {"role": wanted}
    signed_in(newcomer).post(f"/invite/{token}/?role={wanted}&agency=south", asked)
    assert [(place.slug, place.role) for place in memberships_of(newcomer.id)] == [("north", role)]


@pytest.mark.parametrize("role", BELOW_OWNER)
def test_x25_an_invitation_that_somebody_else_got_raises_nobody(role: str, cast: Cast) -> None:
    user, token = user_in(cast.north, role), invited(cast.north, "new@example.com", Role.OWNER)
    answer = signed_in(user).post(f"/invite/{token}/", {"email": "new@example.com", "role": "owner"})
    assert answer.status_code == 403
    assert role_of(cast.north, user) == role


@pytest.mark.parametrize("role", BELOW_OWNER)
def test_x25_an_address_that_is_only_claimed_opens_no_invitation(role: str, cast: Cast) -> None:
    user, token = user_in(cast.north, role), invited(cast.north, "new@example.com", Role.OWNER)
    browser = signed_in(user)
    # The link lies in this browser's session, which is what tells the accounts that an address is proved.
    browser.get(f"/invite/{token}/")
    browser.post("/accounts/email/", {"email": "new@example.com", "action_add": ""})
    browser.post("/accounts/email/", {"email": "new@example.com", "action_primary": ""})
    assert browser.post(f"/invite/{token}/").status_code == 403
    assert role_of(cast.north, user) == role


def test_x25_the_last_owner_is_not_demoted_by_an_invitation_to_their_own_new_address(cast: Cast) -> None:
    owner, token = cast.north.owner, invited(cast.north, "second@example.com", Role.VIEWER)
    browser = signed_in(owner)
    move_to(browser, "second@example.com")
    owner.refresh_from_db()
    assert owner.email == "second@example.com"
    browser.post(f"/invite/{token}/")
    assert role_of(cast.north, owner) == Role.OWNER


@pytest.mark.parametrize("role", [*BELOW_OWNER, GONE], ids=[*BELOW_OWNER, "removed"])
def test_x25_an_owner_who_was_demoted_or_removed_lets_nobody_in_by_an_invitation_they_left_behind(
    role: str, cast: Cast
) -> None:
    former, accomplice = second_owner(cast.north), person("Accomplice", "accomplice@example.com")
    token = invited(cast.north, accomplice.email, Role.OWNER, by=former)
    set_role(cast.north, former, role)
    signed_in(accomplice).post(f"/invite/{token}/")
    assert memberships_of(accomplice.id) == []


# --- tokens and the API ----------------------------------------------------------------------------------------------
