"""Nothing is kept for longer than the manual says, and nothing is forgotten before."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client as Browser

from core import clock, outbox, purge
from core.audit import announce
from core.clock import now
from core.ids import uuid7
from core.models import AuditEvent, IdempotencyKey, Invitation, OutboxEvent
from core.services import accept_invitation, invite_member
from core.tenancy import sweeper_scope
from monitoring.checks.services import create_check
from monitoring.samples.partitions import drop_partitions, make_partitions
from monitoring.tasks import keep_partitions
from retainer.notifications.models import Delivery
from retainer.notifications.services import queue_email
from retainer.purging import purge_all
from tests.api.support import call, token_of
from tests.cast import PASSWORD, AgencyFixture, Cast, person


def queue(house: AgencyFixture, *, sent: bool) -> uuid.UUID:
    with house.scope():
        queue_email(event_id=uuid7(), event_name="x.y.z", to="a@x.example", subject="s", body="b", html="")
        row = Delivery.objects.latest("id")
        if sent:
            Delivery.objects.filter(id=row.id).update(sent_at=now(), next_due_at=None)
    return row.id


def left(house: AgencyFixture, model: Any) -> list[uuid.UUID]:
    with house.scope():
        return list(model.objects.order_by("id").values_list("id", flat=True))


def test_messages_that_were_sent_are_kept_for_ninety_days_and_those_that_wait_for_ever(cast: Cast) -> None:
    sent, waits = queue(cast.north, sent=True), queue(cast.north, sent=False)
    with clock.at(now() + timedelta(days=settings.DELIVERY_RETENTION_DAYS - 1)):
        purge_all()
        later = queue(cast.north, sent=True)
    assert left(cast.north, Delivery) == [sent, waits, later]
    with clock.at(now() + timedelta(days=settings.DELIVERY_RETENTION_DAYS, seconds=1)):
        purge_all()
    assert left(cast.north, Delivery) == [waits, later]


def test_news_that_everybody_was_told_of_is_kept_for_thirty_days(cast: Cast) -> None:
    with cast.north.scope():
        announce(name="core.agency.updated", payload={})
    purge_all()
    assert len(left(cast.north, OutboxEvent)) == 1
    outbox.relay_due()
    with clock.at(now() + timedelta(days=settings.OUTBOX_RETENTION_DAYS + 1)):
        purge_all()
    assert left(cast.north, OutboxEvent) == []


def test_answers_are_kept_for_a_day(cast: Cast) -> None:
    body = {"name": "Acme", "time_zone": "UTC"}
    for name, hours in (("old", 0), ("new", 20)):
        with clock.at(now() + timedelta(hours=hours)):
            assert call("POST", "clients/", token_of(cast.north), body, key=name).status_code == 201
    with clock.at(now() + timedelta(hours=settings.IDEMPOTENCY_RETENTION_HOURS + 1)):
        purge_all()
    with cast.north.scope():
        assert [row.key for row in IdempotencyKey.objects.all()] == ["new"]


def test_sessions_end_with_what_was_noted_of_their_browser(cast: Cast) -> None:
    browser = Browser(headers={"User-Agent": "A browser"})
    assert browser.post("/accounts/login/", {"login": cast.north.owner.email, "password": PASSWORD}).status_code == 302
    purge_all()
    assert (Session.objects.count(), UserSession.objects.count()) == (1, 1)
    with clock.at(now() + timedelta(minutes=settings.SESSION_IDLE_MINUTES + 1)):
        purge_all()
    assert (Session.objects.count(), UserSession.objects.count()) == (0, 0)


def test_signing_out_leaves_nothing_of_the_browser_for_longer_than_an_hour(cast: Cast) -> None:
    browser = Browser()
    browser.post("/accounts/login/", {"login": cast.north.owner.email, "password": PASSWORD})
    Session.objects.all().delete()
    purge_all()
    assert UserSession.objects.count() == 0


def test_invitations_are_kept_for_ninety_days_taken_up_or_not(cast: Cast) -> None:
    newcomer = person("New", "new@x.example")
    with cast.north.scope():
        _row, token = invite_member(email=newcomer.email, role="viewer")
        invite_member(email="never@x.example", role="viewer")
    accept_invitation(token=token, user=newcomer)
    with clock.at(now() + timedelta(days=settings.INVITATION_RETENTION_DAYS - 1)):
        purge_all()
    assert len(left(cast.north, Invitation)) == 2
    acts = len(left(cast.north, AuditEvent))
    with clock.at(now() + timedelta(days=settings.INVITATION_RETENTION_DAYS, seconds=1)):
        purge_all()
    assert left(cast.north, Invitation) == []
    assert len(left(cast.north, AuditEvent)) == acts


def test_values_outside_every_day_of_their_own_end_with_their_age_too(strays: Any) -> None:
    old, fresh = strays
    assert _strays() == {old, fresh}
    with sweeper_scope():
        drop_partitions(before=fresh.date())
    assert _strays() == {fresh}


@pytest.fixture
def strays(cast: Cast) -> tuple[datetime, datetime]:
    """Two values of years for which no day was made."""
    old, fresh = datetime(2001, 1, 1, 12, tzinfo=UTC), datetime(2002, 1, 1, 12, tzinfo=UTC)
    cast.north.allow("127.0.0.1", 9)
    with cast.north.scope():
        check = create_check(system_id=cast.north.system.id, name="X", kind="http", url="http://127.0.0.1:9/")
        with connection.cursor() as cursor:
            for slot in (old, fresh):
                cursor.execute(
                    "INSERT INTO monitoring_sample VALUES (%s, %s, %s, 'm', %s, 1)",
                    [str(check.agency_id), str(check.client_id), str(check.id), slot],
                )
    return old, fresh


def _strays() -> set[datetime]:
    with sweeper_scope(), connection.cursor() as cursor:
        cursor.execute("SELECT slot FROM monitoring_sample WHERE slot < '2010-01-01'")
        return {row[0] for row in cursor.fetchall()}


def test_days_of_values_are_dropped_after_thirty_five(cast: Cast) -> None:
    old = now().date() - timedelta(days=settings.SAMPLE_RETENTION_DAYS + 1)
    with sweeper_scope():
        make_partitions(first=old, days=1)
    keep_partitions()
    with sweeper_scope():
        assert make_partitions(first=old, days=1) == 1


def test_much_is_forgotten_in_batches_and_nobody_waits_for_another_agency(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "AT_ONCE", 2)
    turns: list[tuple[uuid.UUID, int]] = []
    for house, many in ((cast.north, 5), (cast.south, 1)):
        for _ in range(many):
            queue(house, sent=True)

    def rule() -> int:
        some = purge.delete_some(Delivery.objects.filter(next_due_at=None).order_by("created_at"))
        row = Delivery.objects.first()
        turns.append((row.agency_id if row else uuid.UUID(int=0), some))
        return some

    assert purge.of_each_agency(rule, until=time.monotonic() + 30) == 6
    assert [some for _agency, some in turns][:2] == [2, 1]
    assert max(some for _agency, some in turns) == 2


def test_what_the_time_does_not_suffice_for_is_left(cast: Cast) -> None:
    queue(cast.north, sent=True)
    with clock.at(now() + timedelta(days=1000)):
        assert purge.of_each_agency(lambda: 1, until=time.monotonic()) == 0
        assert purge.of_everybody(lambda: 1, until=time.monotonic()) == 0
