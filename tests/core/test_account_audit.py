"""What happens to somebody's account stands in the audit trail of each agency where they have a place, once."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.models import Contact
from core import audit_chain
from core.audit import record
from core.models import AccountEvent, AuditEvent, Membership, User
from core.tenancy.context import require_agency
from retainer.tasks import hand_out_account_events, seal_audit
from tests.cast import PASSWORD, AgencyFixture, Cast
from tests.core.test_step_up import change_address, confirm, enrol

ADDRESS = "192.0.2.7"


@pytest.fixture(autouse=True)
def nothing_is_counted(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture
def watch() -> Iterator[Any]:
    with time_machine.travel(time.time() // 30 * 30 + 1, tick=False) as traveller:
        yield traveller


def sign_in(email: str, password: str = PASSWORD) -> Browser:
    visitor = Browser(REMOTE_ADDR=ADDRESS)
    visitor.post(reverse("account_login"), {"login": email, "password": password})
    return visitor


def trail(house: AgencyFixture, person: User) -> list[tuple[str, str]]:
    """Who did what to this account, as the agency reads it, oldest first."""
    hand_out_account_events()
    with house.scope():
        rows = AuditEvent.objects.filter(object_type="person", object_id=person.id).order_by("at", "id")
        assert {row.ip for row in rows} <= {ADDRESS, "127.0.0.1"}
        return [(row.actor_kind, row.action) for row in rows]


def test_signing_in_failing_to_and_signing_out(cast: Cast) -> None:
    owner = cast.north.owner
    sign_in(owner.email, "wrong")
    sign_in(owner.email).post(reverse("account_logout"))
    assert trail(cast.north, owner) == [
        ("visitor", "core.session.refused"),
        ("user", "core.session.began"),
        ("user", "core.session.ended"),
    ]


def test_it_is_written_once(cast: Cast) -> None:
    sign_in(cast.north.owner.email)
    assert len(trail(cast.north, cast.north.owner)) == 1
    assert len(trail(cast.north, cast.north.owner)) == 1
    assert not AccountEvent.objects.exists()


def test_each_agency_of_the_person_reads_it_and_no_other(cast: Cast) -> None:
    person = cast.north.owner
    assert trail(cast.south, person) == []
    with cast.south.scope():
        Membership.objects.create(user=person, role="viewer")
    sign_in(person.email, "wrong")
    assert trail(cast.north, person) == trail(cast.south, person) == [("visitor", "core.session.refused")]
    with cast.south.scope():
        Membership.objects.filter(user=person).delete()
    sign_in(person.email, "wrong")
    assert (len(trail(cast.north, person)), len(trail(cast.south, person))) == (2, 1)


def test_a_contact_of_a_client_is_one_as_well(cast: Cast) -> None:
    sign_in(cast.north.contact.email)
    assert trail(cast.north, cast.north.contact) == [("contact", "core.session.began")]
    with cast.north.scope():
        row = AuditEvent.objects.get(action="core.session.began")
        assert row.client_id == Contact.objects.get(user=cast.north.contact).client_id


def test_a_sign_in_for_nobody_is_in_no_trail_and_costs_as_much(cast: Cast) -> None:
    inserts = []
    for email in (cast.north.owner.email, "nobody@example.com"):
        with CaptureQueriesContext(connection) as captured:
            sign_in(email, "wrong")
        inserts.append([query["sql"].split('"')[1] for query in captured if query["sql"].startswith("INSERT")])
    assert inserts[0] == inserts[1]
    assert "core_accountevent" in inserts[0]
    hand_out_account_events()
    assert not AccountEvent.objects.exists()


def test_passwords(cast: Cast) -> None:
    owner, new = cast.north.owner, "another horse battery"
    sign_in(owner.email).post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    visitor = Browser(REMOTE_ADDR=ADDRESS)
    visitor.post(reverse("account_reset_password"), {"email": owner.email})
    link = re.search(r"https?://\S+/password/reset/key/\S+", str(mail.outbox[-1].body))
    assert link
    form = visitor.get(urlsplit(link[0]).path, follow=True)
    visitor.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    assert [action for _who, action in trail(cast.north, owner)] == [
        "core.session.began",
        "core.password.changed",
        "core.password.reset",
    ]


def test_addresses(cast: Cast) -> None:
    visitor = sign_in(cast.north.owner.email)
    confirm(visitor, "/")
    change_address(visitor, "add", "third@example.com")
    change_address(visitor, "remove", "third@example.com")
    assert [action for _who, action in trail(cast.north, cast.north.owner)][1:] == [
        "core.login_address.added",
        "core.login_address.removed",
    ]


def test_factors_and_codes_that_are_wrong(committed_cast: Cast, watch: Any) -> None:
    owner = committed_cast.north.owner
    visitor = sign_in(owner.email)
    enrol(visitor, owner)
    visitor.post(reverse("mfa_generate_recovery_codes"))
    sign_in(owner.email).post(reverse("mfa_authenticate"), {"code": "000000"})
    visitor.post(reverse("mfa_deactivate_totp"))
    said = trail(committed_cast.north, owner)
    assert said.count(("user", "core.session.began")) == 1
    assert said.count(("user", "core.factor.added")) == 2
    assert said.count(("user", "core.factor.renewed")) == 1
    assert said.count(("user", "core.factor.removed")) == 2
    assert said.count(("visitor", "core.session.refused")) == 1


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/a/north/clients/export.csv", "clients"),
        ("/a/north/incidents/export.csv", "incidents"),
        ("/a/north/sla-review/export.csv", "sla-review"),
        ("/a/north/settings/audit.csv", "audit"),
    ],
)
def test_whoever_takes_a_list_away_is_in_the_trail(address: str, name: str, cast: Cast) -> None:
    visitor = Browser()
    visitor.force_login(cast.north.owner)
    assert visitor.get(address)["Content-Type"].startswith("text/csv")
    with cast.north.scope():
        row = AuditEvent.objects.get(action="core.list.exported")
    assert (row.actor_id, row.changes["list"]) == (cast.north.owner.id, name)
    assert row.changes["rows"] == (2 if name == "clients" else 0)


def test_the_chain_holds_over_them(committed_cast: Cast) -> None:
    sign_in(committed_cast.north.owner.email)
    hand_out_account_events()
    seal_audit()
    with committed_cast.north.scope():
        found = audit_chain.verify()
    assert found.length >= 1
    assert found.findings == []


def test_one_that_fails_holds_up_no_other_and_is_written_in_no_trail_by_half(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = cast.north.owner
    with cast.south.scope():
        Membership.objects.create(user=person, role="viewer")
    for who in (person, cast.north.manager):
        sign_in(who.email)
    real, place = record, "retainer.accounts.auditing.record"

    def fails_at_south(**what: Any) -> Any:
        if require_agency() == cast.south.agency.id:
            raise ValueError
        return real(**what)

    monkeypatch.setattr(place, fails_at_south)
    assert trail(cast.north, person) == []
    assert trail(cast.north, cast.north.manager) == [("user", "core.session.began")]
    monkeypatch.setattr(place, real)
    assert trail(cast.north, person) == trail(cast.south, person) == [("user", "core.session.began")]
