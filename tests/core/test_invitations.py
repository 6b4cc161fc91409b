"""X19: an invitation is bound to its agency, its address and its role, works once, and runs out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from core import clock
from core.errors import Conflict, DomainError, Forbidden, NotFound
from core.models import Agency, Invitation, User
from core.selectors import members, memberships_of
from core.services import accept_invitation, find_invitation, invite_member, revoke_invitation
from tests.cast import Cast, person


def invite(cast: Cast, email: str = "new@example.com", role: str = "engineer") -> str:
    with cast.north.scope():
        return invite_member(email=email, role=role)[1]


@pytest.fixture
def newcomer(db: None) -> User:
    return person("New", "new@example.com")


def test_it_lets_the_invited_person_into_that_agency_in_that_role(cast: Cast, newcomer: User) -> None:
    accept_invitation(token=invite(cast), user=newcomer)
    assert [(place.slug, place.role) for place in memberships_of(newcomer.id)] == [("north", "engineer")]


def test_x19_it_works_once(cast: Cast, newcomer: User) -> None:
    token = invite(cast)
    accept_invitation(token=token, user=newcomer)
    with pytest.raises(NotFound):
        accept_invitation(token=token, user=newcomer)


def test_x19_somebody_else_who_holds_the_link_stays_outside(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        accept_invitation(token=invite(cast), user=cast.stranger)
    assert memberships_of(cast.stranger.id) == []


def test_x19_it_runs_out(cast: Cast, newcomer: User) -> None:
    token = invite(cast)
    with clock.at(clock.now() + timedelta(days=7, seconds=1)), pytest.raises(NotFound):
        accept_invitation(token=token, user=newcomer)


def test_x19_a_withdrawn_one_is_worthless(cast: Cast, newcomer: User) -> None:
    token = invite(cast)
    with cast.north.scope():
        revoke_invitation(invitation_id=Invitation.objects.get().id)
    with pytest.raises(NotFound):
        accept_invitation(token=token, user=newcomer)


def test_a_second_invitation_replaces_the_first(cast: Cast) -> None:
    first, second = invite(cast), invite(cast, role="viewer")
    assert find_invitation(first) is None
    assert find_invitation(second) is not None


def test_another_agencys_invitation_cannot_be_withdrawn(cast: Cast) -> None:
    token = invite(cast)
    with cast.north.scope():
        invitation = Invitation.objects.get()
    with pytest.raises(NotFound), cast.south.scope():
        revoke_invitation(invitation_id=invitation.id)
    assert find_invitation(token) is not None


def test_who_is_on_the_staff_already_is_not_invited_again(cast: Cast) -> None:
    with pytest.raises(Conflict):
        invite(cast, email=cast.north.engineer.email.upper())


def test_an_unknown_role_is_refused(cast: Cast) -> None:
    with pytest.raises(DomainError):
        invite(cast, role="god")


def test_the_token_itself_is_not_stored(cast: Cast) -> None:
    token = invite(cast)
    with cast.north.scope():
        assert token not in str(list(Invitation.objects.values()))
        assert members().count() == 4


def test_who_comes_in_reads_times_in_the_agencys_zone(cast: Cast, newcomer: User) -> None:
    with cast.north.scope():
        Agency.objects.update(time_zone="Europe/Berlin")
    accept_invitation(token=invite(cast), user=newcomer)
    assert newcomer.time_zone == "Europe/Berlin"


def test_a_zone_that_somebody_chose_stays_theirs(cast: Cast, newcomer: User) -> None:
    newcomer.time_zone = "Asia/Tokyo"
    accept_invitation(token=invite(cast), user=newcomer)
    assert newcomer.time_zone == "Asia/Tokyo"


@pytest.mark.parametrize(("email", "comes_in"), [("new@example.com", True), ("other@example.com", False)])
def test_by_invitation_only_the_invited_address_signs_up(cast: Cast, settings: Any, email: str, comes_in: bool) -> None:
    settings.SIGN_UP = "invite"
    browser, token = Browser(), invite(cast)
    browser.get(f"/invite/{token}/")
    form = {"email": email, "password1": "correct horse battery", "password2": "correct horse battery"}
    browser.post("/accounts/signup/", form)
    assert User.objects.filter(email=email).exists() is comes_in
