"""A system gets worse and better again: one alert, one incident, each with what shows it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser

from core import clock, outbox
from core.ids import uuid7
from core.models import OutboxEvent
from incidents import services as incident_services
from incidents.severities import DEFINITIONS
from monitoring.checks import services
from monitoring.models import Alert
from tests.monitoring.scenario import INTERVAL, START, MonitoringScenario, Target


def test_a_fall_from_87_to_71_per_cent_opens_one_alert_and_one_incident_and_recovers(
    lab: MonitoringScenario, target: Target
) -> None:
    check_id = lab.watch(target)
    lab.limit(check_id)
    target.says(rate=0.87)
    lab.round(3)
    assert (lab.alerts(), lab.incidents()) == ([], [])
    target.says(rate=0.71)
    lab.round(6)
    (alert,), (incident,) = lab.alerts(), lab.incidents()
    slots = [slot for slot, value in lab.samples(check_id) if value == 0.71]
    assert (alert.state, alert.health, alert.incident_id) == ("firing", "degraded", incident.id)
    assert alert.began_at == slots[0]
    assert (incident.source, incident.severity, incident.state) == ("alert", "high", "new")
    target.says(rate=0.87)
    lab.round(4)
    (alert,), (incident,) = lab.alerts(), lab.incidents()
    assert alert.state == "recovered"
    assert alert.recovered_at is not None
    assert incident.state == "new"
    assert lab.told() == ["monitoring.alert.fired", "monitoring.alert.recovered"]


def test_f107_the_timeline_names_the_check_that_recovered(lab: MonitoringScenario, target: Target) -> None:
    lab.limit(lab.watch(target, name="Quality"))
    target.says(rate=0.71)
    lab.round(3)
    target.says(rate=0.87)
    lab.round(2)
    kinds = [kind for kind, _body in lab.entries()]
    assert kinds == ["opened", "alert_fired", "alert_recovered"]
    assert "Quality" in dict(lab.entries())["alert_recovered"]


def test_the_alert_holds_the_exact_values_and_the_rule_behind_it(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    lab.limit(check_id)
    for value in (0.87, 0.76, 0.75, 0.71):
        target.says(rate=value)
        lab.round()
    fired = lab.alerts()[0].evidence["fired"]
    assert [value for _slot, value in fired["samples"]] == [0.76, 0.75, 0.71]
    assert [slot for slot, _value in fired["samples"]] == [at.isoformat() for at, _v in lab.samples(check_id)[1:]]
    assert (fired["metric"], fired["limit"], fired["clear_limit"], fired["bad_in_a_row"]) == ("rate", 0.77, 0.80, 3)


def test_a_target_that_is_down_is_critical_and_says_why(lab: MonitoringScenario, target: Target) -> None:
    lab.watch(target)
    target.fails(503)
    lab.round(3)
    (alert,), (incident,) = lab.alerts(), lab.incidents()
    assert (alert.health, incident.severity) == ("down", "critical")
    assert alert.evidence["fired"]["problem"] == "status"


def test_a_second_alert_of_the_system_joins_the_incident_that_is_open(
    lab: MonitoringScenario, target: Target, other_target: Target
) -> None:
    lab.limit(lab.watch(target))
    lab.watch(other_target)
    target.says(rate=0.71)
    other_target.says(rate=0.9)
    lab.round(3)
    other_target.fails()
    lab.round(3)
    (incident,) = lab.incidents()
    assert [alert.incident_id for alert in lab.alerts()] == [incident.id, incident.id]
    assert [kind for kind, _body in lab.entries()] == ["opened", "alert_fired", "alert_fired"]


def test_preproduction_alerts_and_opens_no_incident(lab: MonitoringScenario, target: Target) -> None:
    lab.watch(target, environment_kind="preproduction")
    target.fails()
    lab.round(3)
    (alert,) = lab.alerts()
    assert alert.incident_id is None
    assert lab.incidents() == []


def test_m13_what_recovers_before_it_counts_is_told_to_nobody(lab: MonitoringScenario, target: Target) -> None:
    lab.limit(lab.watch(target))
    for value in (0.87, 0.71, 0.71, 0.87, 0.71, 0.71, 0.87):
        target.says(rate=value)
        lab.round()
    target.fails()
    lab.round(2)
    target.says(rate=0.87)
    lab.round(3)
    assert (lab.alerts(), lab.incidents(), lab.told("monitoring.check.transitioned")) == ([], [], [])


def test_m17_an_answer_that_alternates_never_alerts(lab: MonitoringScenario, target: Target) -> None:
    lab.watch(target)
    for turn in range(10):
        target.fails() if turn % 2 else target.says(rate=0.9)
        lab.round()
    assert lab.alerts() == []


def test_m12_streaks_outlive_a_restart_and_a_standing_alert_is_not_repeated(
    lab: MonitoringScenario, target: Target
) -> None:
    """Every round is a prober of its own that remembers nothing, so nothing but the rows carries the streaks."""
    check_id = lab.watch(target)
    target.fails()
    lab.round(2)
    assert (lab.check(check_id).bad_streak, lab.alerts()) == (2, [])
    lab.round()
    assert len(lab.alerts()) == 1
    lab.round(5)
    assert len(lab.alerts()) == 1
    assert lab.told() == ["monitoring.alert.fired"]


def test_between_the_two_limits_an_alert_neither_ends_nor_begins(lab: MonitoringScenario, target: Target) -> None:
    threshold_id = lab.limit(lab.watch(target))
    target.says(rate=0.785)
    lab.round(5)
    assert lab.alerts() == []
    target.says(rate=0.71)
    lab.round(3)
    target.says(rate=0.785)
    lab.round(5)
    assert lab.alerts()[0].state == "firing"
    assert lab.threshold(threshold_id).health == "degraded"


def test_a_prober_that_dies_after_storing_loses_no_alert(
    lab: MonitoringScenario, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state is stored, nothing is told; later the outbox opens the alert, once."""
    lab.watch(target)
    target.fails()
    monkeypatch.setattr("core.outbox.deal_with", lambda ids: None)
    lab.round(3)
    assert lab.alerts() == []
    with clock.at(lab.moment):
        outbox.relay_due()
        outbox.relay_due()
    (alert,) = lab.alerts()
    assert len(lab.incidents()) == 1
    # The promise runs from when we knew, and not from when somebody got round to opening it.
    assert alert.fired_at == lab.incidents()[0].opened_at == lab.moment - (lab.moment - START) / 3


def test_a_recovery_that_is_dealt_with_first_waits_for_its_alert(
    lab: MonitoringScenario, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the alert would be opened afterwards and never end."""
    lab.watch(target)
    monkeypatch.setattr("core.outbox.deal_with", lambda ids: None)
    target.fails()
    lab.round(3)
    target.says(rate=0.9)
    lab.round(2)
    monkeypatch.undo()
    with lab.at():
        rows = OutboxEvent.objects.filter(name="monitoring.check.transitioned").order_by("created_at")
        fired, recovered = rows.values_list("id", flat=True)
    for event_ids in ([recovered], [fired]):
        with clock.at(lab.moment):
            outbox.deal_with(event_ids)
    lab.moment += lab.moment - START
    with clock.at(lab.moment):
        outbox.relay_due()
    assert [alert.state for alert in lab.alerts()] == ["recovered"]


def test_an_alert_ends_when_its_check_is_paused_and_the_next_failure_is_told_again(
    lab: MonitoringScenario, target: Target
) -> None:
    """Nobody looks any more; an alert left open would swallow every later one."""
    check_id = lab.watch(target)
    target.fails()
    lab.round(3)
    with lab.at():
        services.disable_check(check_id=check_id)
    assert [alert.state for alert in lab.alerts()] == ["recovered"]
    lab.round(2)
    with lab.at():
        services.enable_check(check_id=check_id)
    lab.round(3)
    assert [alert.state for alert in lab.alerts()] == ["recovered", "firing"]


def test_a_limit_that_changes_while_it_fires_still_ends_its_alert(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    lab.limit(check_id)
    target.says(rate=0.71)
    lab.round(3)
    lab.limit(check_id, limit=0.70, clear_limit=0.70)
    lab.round(2)
    assert [alert.state for alert in lab.alerts()] == ["recovered"]
    target.says(rate=0.60)
    lab.round(3)
    assert [alert.state for alert in lab.alerts()] == ["recovered", "firing"]


def test_removing_a_limit_ends_its_alert_and_keeps_the_record(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    threshold_id = lab.limit(check_id)
    target.says(rate=0.71)
    lab.round(3)
    with lab.at():
        services.remove_threshold(threshold_id=threshold_id)
    (alert,) = lab.alerts()
    assert (alert.state, alert.threshold_id, alert.evidence["fired"]["limit"]) == ("recovered", None, 0.77)
    assert lab.told() == ["monitoring.alert.fired", "monitoring.alert.recovered"]
    assert [kind for kind, _body in lab.entries()][-1] == "alert_recovered"


def test_m18_the_database_lets_one_alert_a_fingerprint_be_open(lab: MonitoringScenario, target: Target) -> None:
    lab.watch(target)
    target.fails()
    lab.round(3)
    (alert,) = lab.alerts()
    alert.id, alert.number = uuid7(), 99
    with lab.at(), pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.bulk_create([alert])


def test_a_value_that_appears_after_an_hour_of_bad_ones_began_an_hour_ago(
    lab: MonitoringScenario, target: Target
) -> None:
    """An alert says when it began, and not when it was believed."""
    check_id = lab.watch(target, bad_count=5)
    target.fails()
    lab.round(5)
    (alert,) = lab.alerts()
    assert (alert.fired_at - alert.began_at).total_seconds() == pytest.approx(4 * INTERVAL, abs=INTERVAL)
    assert lab.check(check_id).health == "down"


def test_an_incident_is_called_by_what_it_means_for_people(lab: MonitoringScenario, target: Target) -> None:
    """The metric stands on the timeline; the title, which the client reads in the mail, is about people."""
    impact = "Customers wait twice as long for answers"
    lab.limit(lab.watch(target), unit="ratio", impact=f"  {impact} ")
    target.says(rate=0.71)
    lab.round(3)
    assert [row.title for row in lab.incidents()] == [impact]
    assert ("alert_fired", "Rate 71.0 %, below the agreed 77.0 %") in lab.entries()
    assert lab.alerts()[0].title == "Rate 71.0 %, below the agreed 77.0 %"


def test_the_client_does_not_read_the_worst_that_a_severity_covers(lab: MonitoringScenario, target: Target) -> None:
    """Slow answers are no "nobody can use it", whatever severity they have."""
    lab.limit(lab.watch(target), unit="ratio", impact="Customers wait longer")
    target.says(rate=0.71)
    lab.round(3)
    with lab.at():
        incident_services.confirm(incident_id=lab.incidents()[0].id)
    browser = Browser()
    browser.force_login(lab.house.contact)
    page = browser.get(f"/p/{lab.house.agency.slug}/{lab.house.client.slug}/incidents/1/").content.decode()
    assert "Customers wait longer" in page
    assert str(DEFINITIONS[lab.incidents()[0].severity]) not in page
