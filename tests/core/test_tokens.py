"""API tokens: bound to one agency, stored as a keyed hash, worthless once expired, revoked or orphaned."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.errors import DomainError, NotFound
from core.models import Agency, ApiToken, AuditEvent
from core.selectors import member_of_user
from core.services import end_membership
from core.tokens import authenticate, create_token, revoke_token
from tests.cast import Cast


def make(cast: Cast, **more: object) -> tuple[ApiToken, str]:
    with cast.north.scope():
        return create_token(name="ci", scopes=["read"], **more)  # type: ignore[arg-type]


def test_the_plain_text_lets_in_and_is_stored_nowhere(cast: Cast) -> None:
    token, plain = make(cast)
    found = authenticate(plain)
    assert found is not None
    assert (found.id, found.agency_id) == (token.id, cast.north.agency.id)
    secret = plain.split("_", 2)[2]
    with cast.north.scope():
        stored = str(list(ApiToken.objects.values())) + str(list(AuditEvent.objects.values()))
    assert secret not in stored


@pytest.mark.parametrize("broken", ["", "rtn", "rtn_x", "rtn__", "abc_def_ghi", "rtn_zz_zz", "rtn_%00_x"])
def test_anything_else_lets_nobody_in(cast: Cast, broken: str) -> None:
    assert authenticate(broken) is None


def test_a_right_key_id_with_a_wrong_secret_lets_nobody_in(cast: Cast) -> None:
    _, plain = make(cast)
    assert authenticate(plain[:-1] + ("A" if plain[-1] != "A" else "B")) is None


def test_an_expired_token_is_no_token(cast: Cast) -> None:
    _, plain = make(cast, days=1)
    with clock.at(clock.now() + timedelta(days=1, seconds=1)):
        assert authenticate(plain) is None


def test_a_revoked_token_is_no_token(cast: Cast) -> None:
    token, plain = make(cast)
    with cast.north.scope():
        revoke_token(token_id=token.id)
    assert authenticate(plain) is None


def test_x02_a_token_ends_with_the_membership_of_who_made_it(cast: Cast) -> None:
    with cast.north.scope(cast.north.engineer, "engineer"):
        _, plain = create_token(name="mine", scopes=["read"])
    with cast.north.scope():
        member = member_of_user(cast.north.engineer.id)
        assert member is not None
        end_membership(member_id=member.id)
    assert authenticate(plain) is None


@pytest.mark.parametrize("by_a_person", [True, False])
def test_a_token_of_a_suspended_agency_is_no_token_until_it_is_back(cast: Cast, by_a_person: bool) -> None:
    token, plain = make(cast)
    with cast.north.scope():
        ApiToken.objects.filter(id=token.id).update(created_by=cast.north.owner if by_a_person else None)
        Agency.objects.update(suspended_at=clock.now())
    assert authenticate(plain) is None
    with cast.north.scope():
        Agency.objects.update(suspended_at=None)
    assert authenticate(plain) is not None


def test_another_agencys_token_cannot_be_revoked(cast: Cast) -> None:
    token, plain = make(cast)
    with pytest.raises(NotFound), cast.south.scope():
        revoke_token(token_id=token.id)
    assert authenticate(plain) is not None


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": "  ", "scopes": ["read"]}),
        ("scopes", {"name": "x", "scopes": []}),
        ("scopes", {"name": "x", "scopes": ["root"]}),
        ("days", {"name": "x", "scopes": ["read"], "days": 0}),
        ("days", {"name": "x", "scopes": ["read"], "days": 400}),
    ],
)
def test_bad_input_names_its_field(cast: Cast, field: str, given: dict[str, object]) -> None:
    with pytest.raises(DomainError) as caught, cast.north.scope():
        create_token(**given)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_the_last_use_is_noted_once_a_minute(cast: Cast) -> None:
    token, plain = make(cast)
    authenticate(plain)
    with cast.north.scope():
        first = ApiToken.objects.get(id=token.id).last_used_at
    authenticate(plain)
    with cast.north.scope():
        assert ApiToken.objects.get(id=token.id).last_used_at == first
