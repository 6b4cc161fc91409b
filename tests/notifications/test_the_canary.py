"""S41: a promise that is missed on purpose goes the whole way every ten minutes, and its silence is noticed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core import clock
from core.heartbeat import ages
from core.models import Agency, Heartbeat, Membership, User
from core.outbox import relay_due
from core.selectors import all_agencies, memberships_of
from core.tenancy import tenant_scope
from retainer import canary
from retainer.tasks import audit_pipeline, look
from slas import selectors, services
from slas.clocks import evaluation
from slas.models import Clock
from tests.cast import Cast
from tests.monitoring.scenario import Target
from tests.slas.scenario import utc

START = utc("2026-06-01 08:00")


@contextmanager
def after(minutes: float) -> Iterator[None]:
    with clock.at(START + timedelta(minutes=minutes)):
        yield


def pump() -> None:
    """What the workers do all the time: one round of the sweep, and the relay until nothing is left."""
    services.sweep_due()
    while relay_due():
        pass


def release(minutes: float) -> bool:
    with after(minutes):
        return canary.send()


def heard_at() -> Any:
    return Heartbeat.objects.get(name=canary.HEARD).at


@pytest.mark.django_db
def test_s41_a_canary_goes_all_the_way_from_the_clock_to_the_handler() -> None:
    assert release(0)
    with after(0.5):
        pump()
        assert heard_at() == START, "it is not missed yet"
    with after(1.1):
        pump()
    assert heard_at() == START + timedelta(minutes=1.1)
    with tenant_scope(canary.AGENCY):
        row = Clock.objects.get()
        assert (row.state, row.breached_at) == ("breached", START + timedelta(minutes=1))
        assert row.ended_at is not None, "what was heard is over"
        assert list(selectors.open_clocks()) == []


@pytest.mark.django_db
def test_one_flies_every_ten_minutes_and_not_more_often() -> None:
    flown = [minute for minute in range(31) if release(minute)]
    assert flown == [0, 10, 20, 30]
    with tenant_scope(canary.AGENCY):
        assert Clock.objects.count() == 4
        assert Agency.objects.count() == 1


@pytest.mark.django_db
def test_as_long_as_it_is_heard_nothing_is_found() -> None:
    for minute in range(0, 60, 2):
        release(minute)
        with after(minute + 1.5):
            pump()
            assert not canary.is_silent()
            assert look().clean


def break_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "_write", lambda *_args: None)


def break_the_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.outbox.handlers_of", lambda _name: [])


def break_the_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """All is judged and written down, and the one line that tells others is gone."""
    monkeypatch.setattr(evaluation, "_announce", lambda *_args: None)


BREAKS = [break_the_sweep, break_the_news, break_the_relay]


@pytest.mark.django_db
@pytest.mark.parametrize("broken", BREAKS)
def test_s41_a_release_that_tells_nobody_is_noticed_by_its_silence(
    broken: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch)
    for minute in range(0, 16, 2):
        release(minute)
        with after(minute + 1.1):
            pump()
    with after(14.9):
        assert look().canaries_unheard == 0
    with after(15.1):
        found = look()
        assert (found.canaries_unheard, found.clean) == (1, False)
        loop = json.loads(Client().get("/healthz/pipeline").content)["loops"]["canary"]
        assert loop == {"age_seconds": 906.0, "most_seconds": 900.0, "healthy": False}


@pytest.mark.django_db
def test_it_recovers_by_itself_once_the_way_is_open_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        break_the_relay(broken)
        for minute in (0, 10, 20):
            release(minute)
            with after(minute + 1.1):
                pump()
    release(30)
    with after(31.1):
        pump()
        assert look().clean


@pytest.mark.django_db
def test_after_an_outage_its_silence_counts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    release(0)
    with after(1.1):
        pump()
    with after(300):
        assert canary.is_silent(), "nothing runs, and that is said"
    assert release(300)
    break_the_relay(monkeypatch)
    for minute in (301.1, 308, 314.9):
        release(minute)
        with after(minute):
            pump()
            assert not canary.is_silent()
    release(315)
    with after(315.1):
        assert canary.is_silent()


@pytest.mark.django_db
def test_one_that_cannot_even_be_sent_is_missed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(canary, "_settle_in", fail)
    for minute in range(15):
        with pytest.raises(RuntimeError):
            release(minute)
    with after(14.9):
        assert look().clean
    with after(15.1):
        assert not look().clean


@pytest.mark.django_db
def test_before_the_first_one_nothing_is_missing() -> None:
    assert not canary.is_silent()
    assert look().canaries_unheard == 0


@pytest.mark.django_db
def test_nobody_works_in_its_agency_and_no_other_sees_it(cast: Cast) -> None:
    release(0)
    assert canary.AGENCY in {agency.id for agency in all_agencies()}
    for user in User.objects.all():
        assert canary.AGENCY not in {place.agency_id for place in memberships_of(user.id)}
    with cast.north.scope():
        assert not Clock.objects.filter(subject_type=canary.SUBJECT).exists()
    with tenant_scope(canary.AGENCY):
        assert not Membership.objects.exists()


@pytest.mark.django_db
def test_a_missed_promise_of_an_agency_is_no_canary(cast: Cast) -> None:
    release(0)
    before = heard_at()
    with cast.north.scope(), after(5):
        hours = services.create_calendar(name="Always", spec="24x7")
        target = {"severity": "low", "metric": "resolution", "seconds": 60, "calendar_version_id": hours.id}
        version = services.create_policy(name="Short", targets=[target])
        services.start_clocks(
            subject_type=canary.SUBJECT,
            subject_id=cast.north.system.id,
            client_id=cast.north.client.id,
            severity="low",
            policy_version_id=version.id,
            started_at=clock.now(),
        )
    Heartbeat.objects.filter(name=canary.HEARD).update(at=before)
    with tenant_scope(canary.AGENCY):
        Clock.objects.update(next_fire_at=None)
    with after(7):
        pump()
    assert heard_at() == before


# --- who is told outside ---------------------------------------------------------------------------------------------


@pytest.fixture
def watcher(settings: Any) -> Iterator[Target]:
    """The address outside that raises the alarm when it hears nothing, on a network of the operator's own."""
    target = Target()
    settings.DEAD_MAN_URL = f"{target.url}/ping"
    yield target
    target.close()


@pytest.mark.django_db
def test_a_clean_audit_is_told_outside_and_one_without_its_canary_is_not(watcher: Target) -> None:
    release(0)
    with after(1.1):
        pump()
        audit_pipeline()
    assert len(watcher.requests) == 1
    with after(17):
        audit_pipeline()
    assert len(watcher.requests) == 1
    assert Heartbeat.objects.get(name="audit").detail["canaries_unheard"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["refuses", "is gone"])
def test_an_address_that_does_not_take_the_ping_costs_the_audit_nothing(watcher: Target, state: str) -> None:
    if state == "refuses":
        watcher.fails()
    else:
        watcher.close()
    audit_pipeline()
    assert ages()["audit"] < timedelta(minutes=1)
