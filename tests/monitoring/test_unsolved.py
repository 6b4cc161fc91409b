"""What somebody called solved, and goes on, is open again once the check has seen it as often as it takes to fire."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from clients import services as client_services
from core import clock, outbox
from incidents import services as incident_services
from monitoring.alerts import unsolved
from monitoring.alerts.unsolved import take_up_unsolved
from monitoring.checks import services
from monitoring.models import Alert
from retainer.notifications.models import Delivery
from tests.monitoring.scenario import MonitoringScenario, Target


def sweep(lab: MonitoringScenario) -> int:
    with clock.at(lab.moment):
        taken = take_up_unsolved()
        outbox.relay_round()
    return taken


def fail_and_resolve(lab: MonitoringScenario, target: Target) -> None:
    lab.watch(target)
    target.fails()
    lab.round(4)
    with lab.at():
        incident_services.confirm(incident_id=lab.incidents()[0].id)
        incident_services.resolve(incident_id=lab.incidents()[0].id, override_reason="Judged by hand.")
    # Seen solved: what is bad counts from here.
    assert sweep(lab) == 0


def test_an_incident_resolved_by_hand_while_its_alert_goes_on_is_open_again(
    lab: MonitoringScenario, target: Target
) -> None:
    """As many bad results in a row as it takes to fire, all of them after it was called solved."""
    fail_and_resolve(lab, target)
    lab.round(2)
    assert sweep(lab) == 0
    lab.round(1)
    assert sweep(lab) == 1
    (incident,) = lab.incidents()
    assert (incident.state, incident.resolved_at) == ("acknowledged", None)
    assert [kind for kind, _body in lab.entries()][-1] == "reopened"
    assert lab.entries()[-1][1].endswith("the alert goes on.")


def test_it_is_taken_up_once_and_two_hundred_bad_rounds_are_one_incident(
    lab: MonitoringScenario, target: Target
) -> None:
    fail_and_resolve(lab, target)
    taken = []
    for _ten in range(20):
        lab.round(10)
        taken.append(sweep(lab))
    assert (sum(taken), len(lab.incidents()), len(lab.alerts())) == (1, 1, 1)


def test_one_that_works_again_stays_solved(lab: MonitoringScenario, target: Target) -> None:
    fail_and_resolve(lab, target)
    target.says(rate=0.9)
    lab.round(5)
    assert sweep(lab) == 0
    assert lab.incidents()[0].state == "resolved"


def test_a_closed_one_gets_a_new_incident_with_promises_of_its_own(lab: MonitoringScenario, target: Target) -> None:
    fail_and_resolve(lab, target)
    with lab.at():
        incident_services.close(incident_id=lab.incidents()[0].id)
    lab.round(4)
    assert sweep(lab) == 1
    closed, fresh = lab.incidents()
    assert (closed.state, fresh.state) == ("closed", "new")
    assert lab.alerts()[0].incident_id == fresh.id


def test_where_another_incident_of_the_system_is_open_the_alert_joins_it(
    lab: MonitoringScenario, target: Target, other_target: Target
) -> None:
    lab.watch(other_target)
    other_target.says(rate=0.9)
    fail_and_resolve(lab, target)
    other_target.fails()
    lab.round(4)
    assert [row.state for row in lab.incidents()] == ["resolved", "new"]
    assert sweep(lab) == 1
    assert {alert.incident_id for alert in lab.alerts()} == {lab.incidents()[1].id}


def test_a_false_alarm_was_judged_by_somebody_who_saw_it_fire_and_stays_one(
    lab: MonitoringScenario, target: Target
) -> None:
    lab.watch(target)
    target.fails()
    lab.round(4)
    with lab.at():
        incident_services.call_false_alarm(incident_id=lab.incidents()[0].id, reason="the check is wrong")
    lab.round(10)
    assert sweep(lab) == 0


@pytest.mark.parametrize("what", ["check", "system"])
def test_what_is_not_watched_any_more_is_not_taken_up(lab: MonitoringScenario, target: Target, what: str) -> None:
    fail_and_resolve(lab, target)
    lab.round(5)
    with lab.at():
        if what == "check":
            services.disable_check(check_id=lab.alerts()[0].source_check_id)
        else:
            client_services.pause_system(system_id=lab.house.system.id)
    assert sweep(lab) == 0


def test_the_client_who_was_told_that_it_is_solved_is_told_that_it_is_not(
    lab: MonitoringScenario, target: Target
) -> None:
    with lab.at():
        client_services.go_live(client_id=lab.house.client.id)
    fail_and_resolve(lab, target)
    lab.round(4)
    sweep(lab)
    with lab.at():
        rows = Delivery.objects.filter(event_name="incidents.incident.reopened", channel="email")
        subjects = set(rows.values_list("subject", flat=True))
    assert subjects == {"Open again: INC-1", f"Not solved yet: {lab.house.system.name}"}


def test_a_value_that_only_stays_away_since_is_no_bad_result(lab: MonitoringScenario, target: Target) -> None:
    lab.limit(lab.watch(target))
    target.says(rate=0.5)
    lab.round(4)
    with lab.at():
        incident_services.resolve(incident_id=lab.incidents()[0].id, override_reason="Judged by hand.")
    assert sweep(lab) == 0
    target.says(other=1)
    lab.round(5)
    assert sweep(lab) == 0
    assert lab.incidents()[0].state == "resolved"


def test_one_bad_result_after_a_long_pause_is_not_three(lab: MonitoringScenario, target: Target) -> None:
    fail_and_resolve(lab, target)
    with lab.at():
        client_services.pause_system(system_id=lab.house.system.id)
    sweep(lab)
    lab.moment += timedelta(hours=2)
    with lab.at():
        client_services.resume_system(system_id=lab.house.system.id)
    sweep(lab)
    lab.round(1)
    assert sweep(lab) == 0
    lab.round(2)
    assert sweep(lab) == 1


def test_a_check_that_was_moved_to_preproduction_is_not_taken_up(lab: MonitoringScenario, target: Target) -> None:
    fail_and_resolve(lab, target)
    with lab.at():
        services.update_check(check_id=lab.alerts()[0].source_check_id, environment_kind="preproduction")
    lab.round(5)
    assert sweep(lab) == 0


@pytest.mark.parametrize("first", ["slow", "broken"])
def test_one_that_waits_or_fails_keeps_no_other_from_being_taken_up(
    lab: MonitoringScenario, target: Target, other_target: Target, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    monkeypatch.setattr("core.due.AT_ONCE", 1)
    lab.watch(other_target, bad_count=1, **({"interval_seconds": 86_400} if first == "slow" else {}))
    other_target.fails()
    lab.round(1)
    fail_and_resolve(lab, target)
    broken = lab.alerts()[0].id
    real = unsolved._has_gone_on

    def sometimes(alert: Alert, resolved_at: datetime | None) -> bool:
        if alert.id == broken and first == "broken":
            raise RuntimeError("out of order")
        return real(alert, resolved_at)

    monkeypatch.setattr(unsolved, "_has_gone_on", sometimes)
    lab.round(3)
    assert sweep(lab) == 1


def test_one_that_somebody_opens_again_meanwhile_fires_once_on_its_timeline(
    lab: MonitoringScenario, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between seeing that an alert goes on and looking at its incident, the incident is open again."""
    fail_and_resolve(lab, target)
    lab.round(3)
    incident, looks = lab.incidents()[0], incident_services.locked_row

    def opened_first(incident_id: object) -> object:
        incident_services.reopen(incident_id=incident.id, reason="Not yet")
        return looks(incident.id)

    monkeypatch.setattr("monitoring.alerts.unsolved.incident_services.locked_row", opened_first)
    assert sweep(lab) == 0
    assert [kind for kind, _body in lab.entries()].count("alert_fired") == 1


def test_one_that_comes_back_to_an_incident_that_was_opened_again_fired_there_once(
    lab: MonitoringScenario, target: Target, other_target: Target
) -> None:
    """Called solved, it went on in a later incident; that one is solved too, and the first is open again by hand."""
    fail_and_resolve(lab, target)
    lab.watch(other_target, bad_count=1)
    other_target.fails()
    lab.round(3)
    assert sweep(lab) == 1
    first, second = lab.incidents()
    with lab.at():
        incident_services.resolve(incident_id=second.id, override_reason="Judged by hand.")
        incident_services.reopen(incident_id=first.id, reason="Not yet")
    sweep(lab)
    lab.round(3)
    assert sweep(lab) == 2
    assert {alert.incident_id for alert in lab.alerts()} == {first.id}
    said = [(entry.incident_id, entry.data["alert"]) for entry in lab.lines("alert_fired")]
    assert sorted(Counter(said).values()) == [1, 1, 1, 1]
