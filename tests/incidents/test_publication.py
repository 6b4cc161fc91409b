"""When the client learns of an incident: at once, after a while, when somebody confirms it, or never."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from core.errors import Conflict
from core.models import Heartbeat
from incidents import services
from incidents.models import Incident
from incidents.tasks import publish_incidents
from tests.cast import Cast
from tests.incidents.scenario import MORNING, IncidentScenario, publish, utc


@pytest.mark.parametrize("source", ["staff", "client", "api"])
def test_what_people_open_the_client_sees_at_once(ward: IncidentScenario, source: str) -> None:
    row = ward.row(ward.open(source=source))
    assert row.published_at == utc(MORNING)
    assert row.publish_at is None
    assert ward.told(row.id) == ["opened", "published"]


@pytest.mark.parametrize("severity", ["critical", "high"])
def test_a_serious_alert_is_held_for_a_quarter_of_an_hour(ward: IncidentScenario, severity: str) -> None:
    incident_id = ward.held(severity=severity)
    assert publish("2026-06-01 08:14:59") == 0
    assert ward.row(incident_id).published_at is None
    assert publish("2026-06-01 08:15:00") == 1
    row = ward.row(incident_id)
    assert (row.published_at, row.publish_at) == (utc("2026-06-01 08:15"), None)


@pytest.mark.parametrize("severity", ["medium", "low"])
def test_a_lesser_alert_waits_until_somebody_confirms_it(ward: IncidentScenario, severity: str) -> None:
    incident_id = ward.held(severity=severity)
    assert publish("2026-07-01 08:00") == 0
    ward.do("confirm", incident_id, "2026-07-01 09:00")
    assert ward.row(incident_id).published_at == utc("2026-07-01 09:00")
    assert ward.told(incident_id) == ["confirmed", "opened", "published"]


def test_the_signed_policy_says_how_long_it_is_held(ward: IncidentScenario) -> None:
    """Five minutes, none at all, or for ever: the agreement decides."""
    ward.hold_minutes(5)
    five = ward.held()
    ward.hold_minutes(0)
    none = ward.held()
    ward.hold_minutes(None)
    ever = ward.held()
    assert publish(MORNING) == 1
    assert ward.row(none).published_at == utc(MORNING)
    assert publish("2026-06-01 08:05") == 1
    assert ward.row(five).published_at == utc("2026-06-01 08:05")
    assert publish("2027-06-01 08:00") == 0
    assert ward.row(ever).published_at is None


def test_without_a_contract_an_alert_waits_until_somebody_confirms_it(ward: IncidentScenario) -> None:
    incident_id = ward.held(system_id=ward.house.other_system.id)
    assert publish("2026-07-01 08:00") == 0
    assert ward.row(incident_id).published_at is None


def test_confirming_shows_it_at_once_and_the_sweep_not_again(ward: IncidentScenario) -> None:
    incident_id = ward.held()
    ward.do("confirm", incident_id, "2026-06-01 08:03")
    assert publish("2026-06-01 08:30") == 0
    row = ward.row(incident_id)
    assert row.published_at == row.confirmed_at == utc("2026-06-01 08:03")
    assert ward.told(incident_id).count("published") == 1
    assert ward.timeline(incident_id).count("published") == 1


def test_confirming_later_does_not_move_the_moment_at_which_the_client_saw_it(ward: IncidentScenario) -> None:
    incident_id = ward.held()
    publish("2026-06-01 08:15")
    ward.do("confirm", incident_id, "2026-06-01 08:40")
    row = ward.row(incident_id)
    assert (row.published_at, row.confirmed_at) == (utc("2026-06-01 08:15"), utc("2026-06-01 08:40"))


def test_a_message_to_the_client_shows_the_incident_too(ward: IncidentScenario) -> None:
    incident_id = ward.held(severity="low")
    ward.do("post_update", incident_id, "2026-06-01 08:04", body="We are looking into it.")
    assert ward.row(incident_id).published_at == utc("2026-06-01 08:04")
    assert ward.told(incident_id) == ["opened", "published", "updated"]


def test_a_false_alarm_is_never_published(ward: IncidentScenario) -> None:
    incident_id = ward.held()
    ward.do("call_false_alarm", incident_id, "2026-06-01 08:05", reason="A test of ours")
    assert publish("2026-07-01 08:00") == 0
    row = ward.row(incident_id)
    assert row.published_at is row.publish_at is None
    assert "published" not in ward.told(incident_id)
    with pytest.raises(Conflict):
        ward.do("post_update", incident_id, "2026-06-01 08:06", body="Nothing to see")
    with pytest.raises(Conflict):
        ward.do("confirm", incident_id, "2026-06-01 08:06")


def test_what_the_client_has_seen_cannot_become_a_false_alarm(ward: IncidentScenario) -> None:
    incident_id = ward.held()
    publish("2026-06-01 08:15")
    with pytest.raises(Conflict):
        ward.do("call_false_alarm", incident_id, "2026-06-01 08:16", reason="A test of ours")
    assert ward.row(incident_id).state == "new"


@pytest.mark.parametrize("column", ["published_at", "publish_at"])
def test_the_database_itself_refuses_a_published_false_alarm(ward: IncidentScenario, column: str) -> None:
    incident_id = ward.held()
    ward.do("call_false_alarm", incident_id, reason="A test of ours")
    refused = pytest.raises(IntegrityError, match="incidents_false_alarm_unpublished")
    with ward.house.scope(), refused, transaction.atomic():
        Incident.objects.filter(id=incident_id).update(**{column: utc(MORNING)})


def test_raising_the_severity_of_a_held_incident_starts_the_wait_of_a_serious_one(ward: IncidentScenario) -> None:
    """The quarter of an hour counts from when it began, but is never over before the severity was known."""
    soon, late = ward.held(severity="low"), ward.held(severity="low")
    ward.do("change_severity", soon, "2026-06-01 08:05", severity="critical")
    ward.do("change_severity", late, "2026-06-01 09:30", severity="critical")
    assert ward.row(soon).publish_at == utc("2026-06-01 08:15")
    assert ward.row(late).publish_at == utc("2026-06-01 09:30")


def test_lowering_the_severity_of_a_held_incident_holds_it_until_somebody_confirms_it(ward: IncidentScenario) -> None:
    incident_id = ward.held()
    ward.do("change_severity", incident_id, "2026-06-01 08:05", severity="medium")
    assert publish("2026-07-01 08:00") == 0
    assert ward.row(incident_id).published_at is None


def test_a_change_of_severity_leaves_alone_what_the_client_has_seen(ward: IncidentScenario) -> None:
    incident_id = ward.open(severity="low")
    ward.do("change_severity", incident_id, "2026-06-01 09:00", severity="critical")
    row = ward.row(incident_id)
    assert (row.published_at, row.publish_at) == (utc(MORNING), None)


def test_the_sweep_writes_the_row_the_timeline_the_audit_and_the_news_together(ward: IncidentScenario) -> None:
    incident_id = ward.held()
    before = ward.everything(incident_id)
    publish("2026-06-01 08:20")
    after = ward.everything(incident_id)
    assert after["row"]["version"] == before["row"]["version"] + 1
    assert [after[name] - before[name] for name in ("entries", "audit", "news")] == [1, 1, 1]
    entry = ward.entry(incident_id, "published")
    assert (entry.at, entry.actor_kind) == (utc("2026-06-01 08:15"), "system")
    assert (entry.agency_id, entry.client_id) == (ward.house.agency.id, ward.house.client.id)
    assert ward.audited(incident_id) == ["opened", "published"]


def test_one_pass_publishes_for_every_agency_each_in_its_own_name(ward: IncidentScenario, cast: Cast) -> None:
    south = IncidentScenario(cast.south)
    here, there = ward.held(), south.held()
    assert publish("2026-06-01 08:15") == 2
    assert (ward.told(here), ward.told(there)) == (["opened", "published"], [])
    assert (south.told(there), south.told(here)) == (["opened", "published"], [])


def test_the_limit_leaves_the_rest_to_the_next_pass(ward: IncidentScenario) -> None:
    first = ward.held("2026-06-01 08:00")
    second = ward.held("2026-06-01 08:01")
    assert publish("2026-06-01 09:00", limit=1) == 1
    assert ward.row(first).published_at is not None
    assert ward.row(second).published_at is None
    assert publish("2026-06-01 09:00", limit=1) == 1


def test_x35_a_row_that_cannot_be_published_rests_alone(ward: IncidentScenario) -> None:
    """Its version cannot be counted up any more; the others of the pass are published, and it is tried again."""
    good, bad, other = ward.held(), ward.held(), ward.held()
    with ward.house.scope():
        Incident.objects.filter(id=bad).update(version=2_147_483_647)
    assert publish("2026-06-01 08:15") == 2
    assert ward.row(good).published_at is not None
    assert ward.row(other).published_at is not None
    row = ward.row(bad)
    assert (row.published_at, row.publish_at) == (None, utc("2026-06-01 08:20"))
    assert ward.told(bad) == ["opened"]
    with ward.house.scope():
        Incident.objects.filter(id=bad).update(version=3)
    assert publish("2026-06-01 08:19") == 0
    assert publish("2026-06-01 08:20") == 1


@pytest.mark.django_db(transaction=True)
def test_x29_sweepers_at_once_publish_each_incident_once(committed_cast: Cast) -> None:
    ward = IncidentScenario(committed_cast.north)
    rows = [ward.held() for _number in range(12)]
    together = threading.Barrier(3)
    published: list[int] = []

    def work() -> None:
        try:
            together.wait()
            while count := publish("2026-06-01 08:15", limit=3):
                published.append(count)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    publish("2026-06-01 08:15")
    for incident_id in rows:
        assert ward.told(incident_id) == ["opened", "published"]
        assert ward.timeline(incident_id).count("published") == 1


@pytest.mark.django_db(transaction=True)
def test_the_sweep_passes_over_an_incident_that_somebody_is_working_on(committed_cast: Cast) -> None:
    """Whoever holds the row decides first: a false alarm in the making is not published over their head."""
    ward = IncidentScenario(committed_cast.north)
    incident_id = ward.held()
    swept: list[int] = []

    def sweep() -> None:
        try:
            swept.append(publish("2026-06-01 08:15"))
        finally:
            connection.close()

    with ward.at("2026-06-01 08:15"):
        services.call_false_alarm(incident_id=incident_id, reason="A test of ours")
        thread = threading.Thread(target=sweep)
        thread.start()
        thread.join(timeout=20)
        assert swept == [0]
    assert publish("2026-06-01 08:16") == 0
    assert ward.row(incident_id).state == "false_alarm"


@pytest.mark.django_db(transaction=True)
def test_the_task_publishes_what_is_due(committed_cast: Cast) -> None:
    ward = IncidentScenario(committed_cast.north)
    incident_id: uuid.UUID = ward.held()
    publish_incidents()
    assert ward.row(incident_id).published_at == utc("2026-06-01 08:15")
    assert Heartbeat.objects.filter(name="publish").exists()
