"""The auditor finds what is told wrongly, by whatever it came, and sets it right; a second look finds nothing."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from clients import services as client_services
from core import clock, outbox
from core.models import AuditEvent, OutboxEvent
from monitoring.alerts import reconciling
from monitoring.alerts.reconciling import Differences, reconcile
from monitoring.checks import services
from monitoring.models import Alert, Check, Threshold
from retainer.tasks import look
from tests.monitoring.scenario import MonitoringScenario, Target

NOTHING = Differences(0, 0, 0)


def audit(lab: MonitoringScenario) -> Differences:
    """One look, and the relay's round after it."""
    with clock.at(lab.moment):
        found = reconcile()
        outbox.relay_round()
        assert reconcile() == NOTHING, "it was not set right"
    return found


def states(lab: MonitoringScenario) -> list[str]:
    return [alert.state for alert in lab.alerts()]


def test_where_all_is_told_nothing_is_found(lab: MonitoringScenario, target: Target, other_target: Target) -> None:
    lab.watch(target)
    lab.limit(lab.watch(other_target))
    target.fails()
    other_target.says(rate=0.71)
    lab.round(4)
    assert states(lab) == ["firing", "firing"]
    assert audit(lab) == NOTHING


@pytest.mark.parametrize("what", ["check", "limit", "no data"])
def test_something_ill_whose_alert_was_lost_gets_another(lab: MonitoringScenario, target: Target, what: str) -> None:
    check_id = lab.watch(target)
    lab.limit(check_id)
    target.fails() if what == "check" else target.says(rate=0.71) if what == "limit" else target.says(other=1)
    lab.round(4)
    before = lab.alerts()
    with lab.at():
        Alert.objects.all().delete()
    assert audit(lab).alerts_wrong == 1
    (alert,) = lab.alerts()
    assert (alert.state, alert.title, alert.health) == ("firing", before[0].title, before[0].health)
    with lab.at():
        assert AuditEvent.objects.filter(action="monitoring.check.reconciled", object_id=check_id).count() == 1


def test_an_alert_that_was_ended_wrongly_is_fired_again(lab: MonitoringScenario, target: Target) -> None:
    lab.watch(target)
    target.fails()
    lab.round(3)
    with lab.at():
        Alert.objects.update(state="recovered", recovered_at=clock.now())
    assert audit(lab).alerts_wrong == 1
    assert states(lab) == ["recovered", "firing"]
    target.says(rate=0.9)
    lab.round(2)
    assert states(lab) == ["recovered", "recovered"]


def test_news_that_is_under_way_is_no_difference(
    lab: MonitoringScenario, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.watch(target)
    monkeypatch.setattr("monitoring.polling.prober.MOST_TOLD_AT_ONCE", 0)
    target.fails()
    lab.round(3)
    with clock.at(lab.moment):
        assert reconcile() == NOTHING
    assert states(lab) == []


@pytest.mark.parametrize("what", ["check", "limit"])
def test_an_alert_of_what_is_well_again_ends(lab: MonitoringScenario, target: Target, what: str) -> None:
    check_id = lab.watch(target)
    lab.limit(check_id)
    target.fails() if what == "check" else target.says(rate=0.71)
    lab.round(3)
    with lab.at():
        (Check if what == "check" else Threshold).objects.update(health="healthy", firing_serial=None)
    assert audit(lab).alerts_wrong == 1
    assert states(lab) == ["recovered"]


def test_an_alert_of_a_check_that_was_switched_off_past_the_product_ends(
    lab: MonitoringScenario, target: Target
) -> None:
    check_id = lab.watch(target)
    target.fails()
    lab.round(3)
    with lab.at():
        Check.objects.filter(id=check_id).update(enabled=False, next_due_at=None)
    assert audit(lab).alerts_wrong == 1
    assert states(lab) == ["recovered"]


def test_a_running_system_that_is_never_asked_again_is_asked(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    with lab.at():
        Check.objects.filter(id=check_id).update(next_due_at=None)
    assert audit(lab).checks_unscheduled == 1
    lab.round()
    assert len(target.requests) == 1


def test_a_paused_system_has_nothing_to_set_right(lab: MonitoringScenario, target: Target) -> None:
    lab.watch(target)
    target.fails()
    lab.round(3)
    with lab.at():
        client_services.pause_system(system_id=lab.house.system.id)
    with clock.at(lab.moment):
        assert reconcile() == NOTHING, "the pause has not been followed yet"
        outbox.relay_round()
        assert reconcile() == NOTHING


def test_a_lease_of_a_clock_that_ran_ahead_is_taken_back(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    target.says(rate=0.9)
    with lab.at():
        Check.objects.filter(id=check_id).update(lease_id=check_id, leased_until=lab.moment + timedelta(hours=6))
    assert audit(lab).checks_ahead == 1
    lab.round()
    assert len(target.requests) == 1


def test_a_slow_check_that_is_due_in_a_month_is_not_ahead(lab: MonitoringScenario, target: Target) -> None:
    lab.watch(target, interval_seconds=2_678_400)
    target.says(rate=0.9)
    lab.round()
    assert audit(lab) == NOTHING


def test_transitions_of_the_version_before_are_told_by_how_it_stands_now(
    lab: MonitoringScenario, target: Target
) -> None:
    """What was written before transitions had serials, and is read after the upgrade."""
    lab.watch(target)
    target.fails()
    lab.round(3)
    with lab.at():
        Alert.objects.all().delete()
        OutboxEvent.objects.filter(name="monitoring.check.transitioned").delete()
        check = Check.objects.get()
        OutboxEvent.objects.create(
            name="monitoring.check.transitioned",
            dedup_key="old",
            payload={"check_id": str(check.id), "threshold_id": None, "change": "fired"},
        )
    with clock.at(clock.now()):
        outbox.relay_round()
    assert states(lab) == ["firing"]


def test_an_alert_of_the_version_before_is_taken_over_and_ends_as_it_should(
    lab: MonitoringScenario, target: Target
) -> None:
    lab.watch(target)
    target.fails()
    lab.round(3)
    with lab.at():
        Alert.objects.update(serial=None)
        Check.objects.update(transitions=0, firing_serial=None)
    lab.round()
    assert states(lab) == ["firing"]
    target.says(rate=0.9)
    lab.round(2)
    assert states(lab) == ["recovered"]


def test_the_audit_is_unclean_where_something_had_to_be_set_right_and_clean_after_it(
    lab: MonitoringScenario, target: Target
) -> None:
    lab.watch(target)
    target.fails()
    lab.round(3)
    with lab.at():
        Alert.objects.all().delete()
    with clock.at(lab.moment):
        assert look().alerts_wrong == 1
        outbox.relay_round()
        assert look().alerts_wrong == 0


def test_one_agencys_differences_are_set_right_in_its_own_scope(lab: MonitoringScenario, target: Target) -> None:
    """The look is across agencies, each repair is not: the row that says so belongs to the agency."""
    lab.watch(target)
    target.fails()
    lab.round(3)
    with lab.at():
        Alert.objects.all().delete()
    audit(lab)
    with lab.at():
        noted = AuditEvent.objects.get(action="monitoring.check.reconciled")
    assert noted.agency_id == lab.house.agency.id


def test_disabling_twice_says_it_once(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    with lab.at():
        for _time in range(2):
            services.disable_check(check_id=check_id)
        assert AuditEvent.objects.filter(action="monitoring.check.disabled").count() == 1


def test_a_recovery_of_the_version_before_is_no_reason_to_fire(lab: MonitoringScenario, target: Target) -> None:
    """It knows no serial and leaves it; the next result clears it."""
    lab.watch(target)
    target.fails()
    lab.round(3)
    with lab.at():
        Check.objects.update(health="healthy", bad_streak=0, good_streak=2)
        Alert.objects.update(state="recovered", recovered_at=clock.now())
    assert audit(lab) == NOTHING
    assert states(lab) == ["recovered"]


def test_a_shorter_interval_begins_at_once_and_is_no_clock_ahead(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target, interval_seconds=3600)
    target.says(rate=0.9)
    lab.round()
    with lab.at():
        services.update_check(check_id=check_id, interval_seconds=60)
    assert audit(lab) == NOTHING


def test_one_that_cannot_be_set_right_keeps_no_other_from_it(
    lab: MonitoringScenario, target: Target, other_target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = lab.watch(target)
    lab.watch(other_target)
    target.fails()
    other_target.fails()
    lab.round(3)
    with lab.at():
        Alert.objects.all().delete()
    real = reconciling.set_right

    def sometimes(check_id: uuid.UUID) -> None:
        if check_id == broken:
            raise RuntimeError("out of order")
        real(check_id)

    monkeypatch.setattr(reconciling, "set_right", sometimes)
    with clock.at(lab.moment):
        assert reconcile().alerts_wrong == 2
        outbox.relay_round()
    assert states(lab) == ["firing"]
