"""The operator makes an agency by a command, in every sign-up mode."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from agreements import selectors as agreements
from core.models import User
from core.selectors import memberships_of
from core.tenancy import tenant_scope
from slas import selectors as slas


@pytest.mark.django_db
def test_it_makes_an_agency_with_an_owner_and_the_whole_catalogue() -> None:
    out = StringIO()
    call_command("create_agency", "Bright Works", "Boss@Example.com", "--currency", "EUR", stdout=out)
    owner = User.objects.get(email="boss@example.com")
    place = memberships_of(owner.id)[0]
    assert (place.slug, place.role) == ("bright-works", "owner")
    assert "/a/bright-works/" in out.getvalue()
    with tenant_scope(place.agency_id):
        assert agreements.tiers().count() == 7
        assert {row.policy.slug for row in slas.latest_policy_versions()} == {"essential", "standard", "priority"}


@pytest.mark.django_db
def test_two_agencies_of_one_name_get_addresses_of_their_own() -> None:
    for email in ("a@example.com", "b@example.com"):
        call_command("create_agency", "Same", email, stdout=StringIO())
    slugs = [memberships_of(User.objects.get(email=email).id)[0].slug for email in ("a@example.com", "b@example.com")]
    assert slugs[0] == "same"
    assert slugs[1].startswith("same-")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "bad", [("", "a@example.com"), ("Name", "nobody"), ("Name", "a@example.com", "--time-zone", "Mars/Base")]
)
def test_bad_input_is_a_clear_error(bad: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        call_command("create_agency", *bad, stdout=StringIO())
