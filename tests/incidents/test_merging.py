"""Two incidents that are one failure: the older is kept, and the younger escalates no more."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser

from core import clock
from core.clock import now
from core.errors import Conflict, DomainError, NotFound
from core.models import OutboxEvent
from core.outbox import relay_due
from incidents import selectors, services
from monitoring.checks import services as monitoring
from monitoring.models import Alert
from slas.services import sweep_due
from tests.cast import Cast, random_id
from tests.incidents.scenario import MORNING, IncidentScenario, utc

LATER = "2026-06-01 08:20"


def pair(ward: IncidentScenario, **more: Any) -> tuple[uuid.UUID, uuid.UUID]:
    """An older incident of seven and a younger one of eight."""
    return ward.open("2026-06-01 07:00", title="Answers are late"), ward.open(MORNING, **more)


def sweep(moment: str) -> None:
    """Judges what is due at that moment, and takes the news of it to everybody."""
    with clock.at(utc(moment)):
        while sweep_due().judged:
            pass
        while relay_due():
            pass


def alarms(ward: IncidentScenario, incident_id: uuid.UUID) -> int:
    """How many warnings and misses of its clocks were told."""
    with ward.house.scope():
        news = OutboxEvent.objects.filter(name__startswith="slas.clock.", payload__subject_id=str(incident_id))
        return news.count()


def test_s29_what_was_merged_escalates_no_more(ward: IncidentScenario) -> None:
    older, younger = pair(ward)
    ward.do("merge", younger, LATER, into_id=older)
    before = alarms(ward, younger)
    sweep("2026-06-09 08:00")
    assert set(ward.states(younger).values()) == {"cancelled"}
    assert not {"clock_warned", "clock_breached"} & set(ward.timeline(younger))
    assert alarms(ward, younger) == before
    # The older one's promises run on as they were made, and their alarms are told.
    assert "breached" in ward.states(older).values()
    assert alarms(ward, older) > 0


def test_of_two_with_different_terms_the_older_keeps_its_own(ward: IncidentScenario) -> None:
    older, younger = pair(ward, severity="low")
    before = {metric: (row.due_at, row.terms) for metric, row in ward.clocks(older).items()}
    ward.do("merge", younger, LATER, into_id=older)
    assert {metric: (row.due_at, row.terms) for metric, row in ward.clocks(older).items()} == before


def test_the_older_takes_the_worse_severity_with_the_time_already_used(ward: IncidentScenario) -> None:
    older, younger = ward.open("2026-06-01 07:00", severity="medium"), ward.open(MORNING, severity="critical")
    ward.do("merge", younger, LATER, into_id=older)
    kept = ward.row(older)
    assert kept.severity == "critical"
    assert ward.clocks(older)["resolution"].started_at == kept.opened_at


def test_a_promise_that_was_missed_before_stays_missed(ward: IncidentScenario) -> None:
    older, younger = pair(ward)
    sweep("2026-06-01 12:00")
    missed = [metric for metric, state in ward.states(younger).items() if state == "breached"]
    assert "first_response" in missed
    ward.do("merge", younger, "2026-06-01 12:01", into_id=older)
    assert all(ward.states(younger)[metric] == "breached" for metric in missed)


def test_both_timelines_say_it_and_everybody_is_told(ward: IncidentScenario) -> None:
    older, younger = pair(ward)
    ward.do("merge", younger, LATER, into_id=older)
    assert ward.row(younger).merged_into_id == older
    assert ward.timeline(younger)[-1] == "merged"
    assert ward.timeline(older)[-1] == "took_in"
    assert ward.told(younger)[-1:] == ["published"]
    assert "merged" in ward.told(younger)
    assert "took_in" in ward.told(older)
    assert "merged" in ward.audited(younger)


def test_what_the_client_saw_it_goes_on_seeing_in_the_older_one(ward: IncidentScenario) -> None:
    older, younger = ward.held("2026-06-01 07:00"), ward.open(MORNING)
    assert ward.row(older).published_at is None
    ward.do("merge", younger, LATER, into_id=older)
    assert ward.row(older).published_at is not None


def test_what_the_client_never_saw_shows_it_nothing(ward: IncidentScenario) -> None:
    older, younger = ward.open("2026-06-01 07:00"), ward.held(MORNING)
    ward.do("merge", younger, LATER, into_id=older)
    row = ward.row(younger)
    assert (row.published_at, row.publish_at) == (None, None)
    assert ward.entry(older, "took_in").client_visible is False


def test_only_into_an_older_one_so_that_no_promise_begins_later(ward: IncidentScenario) -> None:
    older, younger = pair(ward)
    before = ward.everything(older)
    with pytest.raises(DomainError, match=r"INC-\d+ began later"):
        ward.do("merge", older, LATER, into_id=younger)
    assert ward.everything(older) == before


def test_into_itself_into_none_and_into_one_that_is_over_is_refused(ward: IncidentScenario) -> None:
    older, younger = pair(ward)
    for nobody in (younger, random_id()):
        with pytest.raises(NotFound):
            ward.do("merge", younger, LATER, into_id=nobody)
    ward.do("resolve", older, LATER)
    with pytest.raises(Conflict, match="is over"):
        ward.do("merge", younger, LATER, into_id=older)


def test_into_another_clients_is_refused_as_if_there_were_none(ward: IncidentScenario, cast: Cast) -> None:
    _older, younger = pair(ward)
    with ward.at("2026-06-01 07:00"):
        theirs = services.open_incident(
            system_id=cast.north.other_system.id, title="Theirs", severity="low", source="staff"
        )
    with pytest.raises(NotFound) as refused, ward.at(LATER):
        services.merge(incident_id=younger, into_id=theirs.id)
    with pytest.raises(NotFound) as nothing, ward.at(LATER):
        services.merge(incident_id=younger, into_id=random_id())
    assert str(refused.value) == str(nothing.value)


def test_what_was_merged_into_a_merged_one_follows_it(ward: IncidentScenario) -> None:
    oldest = ward.open("2026-06-01 06:00")
    older, younger = pair(ward)
    ward.do("merge", younger, LATER, into_id=older)
    ward.do("merge", older, LATER, into_id=oldest)
    assert ward.row(younger).merged_into_id == oldest


def test_reopened_it_stands_alone_again_and_its_clocks_go_on(ward: IncidentScenario) -> None:
    older, younger = pair(ward)
    ward.do("merge", younger, LATER, into_id=older)
    ward.do("reopen", younger, "2026-06-01 08:40", reason="Another cause after all")
    row = ward.row(younger)
    assert (row.state, row.merged_into_id) == ("acknowledged", None)
    # Forty minutes less the twenty in which it was merged.
    assert ward.clocks(younger)["resolution"].consumed_seconds == 20 * 60


def test_an_alert_of_the_same_cause_joins_the_one_that_is_kept(ward: IncidentScenario) -> None:
    older, younger = ward.open("2026-06-01 07:00"), ward.held(MORNING, fingerprint="system:x")
    ward.do("merge", younger, LATER, into_id=older)
    assert ward.held(LATER, fingerprint="system:x") == older
    with ward.at(LATER):
        found = selectors.open_with("system:x")
    assert found is not None
    assert found.id == older


def alert_of(ward: IncidentScenario, incident_id: uuid.UUID) -> Alert:
    """An open alert that belongs to the incident, in the scope that is entered."""
    check = monitoring.create_check(
        system_id=ward.house.system.id,
        name="Sent",
        kind="push",
        url="",
        metrics=[{"name": "rate"}],
        interval_seconds=60,
    )
    made: Alert = Alert.objects.create(
        client_id=ward.house.client.id,
        number=1,
        fingerprint="x",
        system_id=ward.house.system.id,
        source_check=check,
        health="down",
        title="Down",
        began_at=now(),
        fired_at=now(),
        incident_id=incident_id,
    )
    return made


def test_its_alerts_follow_it(ward: IncidentScenario) -> None:
    older, younger = pair(ward)
    with ward.at(MORNING):
        alert = alert_of(ward, younger)
    ward.do("merge", younger, LATER, into_id=older)
    relay_due()
    with ward.house.scope():
        assert Alert.objects.get(id=alert.id).incident_id == older


@pytest.mark.django_db(transaction=True)
def test_two_merges_at_once_never_wait_for_each_other(committed_cast: Cast) -> None:
    ward = IncidentScenario(committed_cast.north)
    oldest = ward.open("2026-06-01 06:00")
    older, younger = pair(ward)
    failures: list[BaseException] = []

    def merge(which: uuid.UUID, into: uuid.UUID) -> None:
        try:
            ward.do("merge", which, LATER, into_id=into)
        except (Conflict, NotFound):
            pass
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=merge, args=one) for one in ((younger, older), (older, oldest))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert failures == []
    assert ward.row(older).merged_into_id == oldest
    # Whichever came first, nothing is merged into what is merged itself.
    assert ward.row(younger).merged_into_id in (oldest, None)


def test_the_page_offers_what_is_older_and_says_where_it_goes_on(ward: IncidentScenario) -> None:
    older, younger = pair(ward)
    browser = Browser()
    browser.force_login(ward.house.owner)
    numbers = {row: ward.row(row).number for row in (older, younger)}
    page = browser.get(f"/a/north/incidents/{numbers[younger]}/").content.decode()
    assert "Merge incident" in page
    assert f"INC-{numbers[older]} Answers are late" in page
    assert "Merge incident" not in browser.get(f"/a/north/incidents/{numbers[older]}/").content.decode()
    browser.post(f"/a/north/incidents/{numbers[younger]}/merge/", {"into_id": str(older)})
    page = browser.get(f"/a/north/incidents/{numbers[younger]}/").content.decode()
    assert f"Goes on in INC-{numbers[older]}." in page
    assert "The same failure as" in page


def test_its_alerts_follow_it_to_the_end_also_where_the_news_come_late(ward: IncidentScenario) -> None:
    """Both merges happen before anybody hears of the first."""
    oldest = ward.open("2026-06-01 06:00")
    older, younger = pair(ward)
    with ward.at(MORNING):
        alert = alert_of(ward, younger)
    ward.do("merge", younger, LATER, into_id=older)
    ward.do("merge", older, LATER, into_id=oldest)
    while relay_due():
        pass
    with ward.house.scope():
        assert Alert.objects.get(id=alert.id).incident_id == oldest


@pytest.mark.django_db(transaction=True)
def test_its_alerts_follow_it_although_the_kept_one_is_merged_at_that_moment(committed_cast: Cast) -> None:
    """The teller stands still between reading where the alerts belong and putting them there, until the other is done.

    Where the other waits for it instead, it goes on after a second.
    """
    ward = IncidentScenario(committed_cast.north)
    oldest = ward.open("2026-06-01 06:00")
    older, younger = pair(ward)
    with ward.at(MORNING):
        alert = alert_of(ward, younger)
    ward.do("merge", younger, LATER, into_id=older)
    stands_still, other_is_done = threading.Event(), threading.Event()

    def wait(execute: Any, sql: Any, *more: Any) -> Any:
        if str(sql).startswith('UPDATE "monitoring_alert"'):
            stands_still.set()
            other_is_done.wait(1)
        return execute(sql, *more)

    def tell() -> None:
        try:
            with connection.execute_wrapper(wait):
                relay_due()
        finally:
            connection.close()

    telling = threading.Thread(target=tell)
    telling.start()
    assert stands_still.wait(20)
    ward.do("merge", older, LATER, into_id=oldest)
    while relay_due():
        pass
    other_is_done.set()
    telling.join()
    while relay_due():
        pass
    with ward.house.scope():
        assert Alert.objects.get(id=alert.id).incident_id == oldest
