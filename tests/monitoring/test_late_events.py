"""However late and in whatever order transitions are told, each firing has its alert, and each end ends its own."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from clients import services as client_services
from core import clock, outbox
from core.events import _handlers
from core.models import OutboxEvent
from core.tenancy.scope import sweeper_scope
from incidents import services as incident_services
from monitoring.alerts.reconciling import reconcile
from monitoring.checks import services
from retainer.tasks import look
from tests.cast import Cast
from tests.monitoring.scenario import MonitoringScenario, Target

TRANSITIONED = "monitoring.check.transitioned"


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The prober stores and dies before it tells; what it stored waits in the outbox."""
    monkeypatch.setattr("monitoring.polling.prober.MOST_TOLD_AT_ONCE", 0)
    return monkeypatch


def news(lab: MonitoringScenario) -> list[uuid.UUID]:
    """The transitions that wait, in the order in which they happened."""
    with lab.at():
        rows = OutboxEvent.objects.filter(name=TRANSITIONED, done_at=None).order_by("order_seq")
        return list(rows.values_list("id", flat=True))


def tell(lab: MonitoringScenario, *event_ids: uuid.UUID) -> None:
    """Tells these, at the lab's present moment."""
    with clock.at(lab.moment):
        outbox.deal_with(event_ids)


def tell_all(lab: MonitoringScenario) -> None:
    """The relay's rounds until nothing is due any more, ten minutes of them."""
    for _round in range(8):
        with clock.at(lab.moment):
            outbox.relay_round()
        lab.moment += timedelta(minutes=2)


def ill_well_ill(lab: MonitoringScenario, target: Target) -> uuid.UUID:
    """Fires, recovers and fires again, and nothing of it is told."""
    check_id = lab.watch(target)
    for turn in ("ill", "well", "ill"):
        target.fails() if turn == "ill" else target.says(rate=0.9)
        lab.round(3)
    assert len(news(lab)) == 3
    return check_id


def states(lab: MonitoringScenario) -> list[str]:
    return [alert.state for alert in lab.alerts()]


def test_a_recovery_told_late_ends_its_own_alert_and_not_the_one_that_fired_since(
    lab: MonitoringScenario, target: Target, quiet: pytest.MonkeyPatch
) -> None:
    """The loss that chaos found: fired, recovered late, fired again swallowed, the recovery closing it."""
    check_id = lab.watch(target)
    target.fails()
    lab.round(3)
    tell(lab, *news(lab))
    target.says(rate=0.9)
    lab.round(3)
    (recovered,) = news(lab)
    target.fails()
    lab.round(3)
    fired_again = news(lab)[-1]
    tell(lab, fired_again)
    tell(lab, recovered)
    tell_all(lab)
    assert (lab.check(check_id).health, states(lab)) == ("down", ["recovered", "firing"])


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1), (1, 2, 0), (0, 2, 1)], ids=str)
def test_any_order_of_telling_three_transitions_ends_the_same(
    lab: MonitoringScenario, target: Target, quiet: pytest.MonkeyPatch, order: tuple[int, ...]
) -> None:
    ill_well_ill(lab, target)
    events = news(lab)
    for place in order:
        tell(lab, events[place])
    assert states(lab) == ["recovered", "firing"]
    for alert in lab.alerts():
        assert alert.recovered_at is None or alert.recovered_at >= alert.fired_at


def test_a_relay_that_is_merely_behind_tells_all_of_it_in_turn(
    lab: MonitoringScenario, target: Target, quiet: pytest.MonkeyPatch
) -> None:
    ill_well_ill(lab, target)
    tell_all(lab)
    assert states(lab) == ["recovered", "firing"]
    assert lab.told() == ["monitoring.alert.fired", "monitoring.alert.recovered", "monitoring.alert.fired"]


def test_a_teller_that_dies_in_the_middle_leaves_the_rest_in_order(
    lab: MonitoringScenario, target: Target, quiet: pytest.MonkeyPatch
) -> None:
    """Killed inside the handler of the recovery: what it wrote is gone, and what comes after it waits."""

    class Killed(BaseException):
        """Stands for SIGKILL: no handler of exceptions sees it."""

    def die(*_given: object, **_named: object) -> None:
        raise Killed

    ill_well_ill(lab, target)
    events = news(lab)
    tell(lab, events[0])
    quiet.setattr("monitoring.handlers.recover", die)
    with pytest.raises(Killed):
        tell(lab, events[1])
    quiet.undo()
    tell(lab, events[2])
    assert states(lab) == ["firing"]
    tell_all(lab)
    assert states(lab) == ["recovered", "firing"]


def test_a_handler_that_fails_for_a_while_loses_nothing_behind_it(
    lab: MonitoringScenario, target: Target, quiet: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object, **_named: object) -> None:
        raise RuntimeError("out of order")

    ill_well_ill(lab, target)
    with quiet.context() as broken:
        broken.setattr("monitoring.handlers.fire", fail)
        tell_all(lab)
        assert states(lab) == []
    lab.moment += timedelta(hours=1)
    tell_all(lab)
    assert states(lab) == ["recovered", "firing"]


def test_a_webhook_that_fails_at_the_head_holds_up_no_alert(
    lab: MonitoringScenario, target: Target, quiet: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object, **_named: object) -> None:
        raise RuntimeError("out of order")

    quiet.setattr("core.events._handlers", {**_handlers, "*": [fail]})
    ill_well_ill(lab, target)
    tell(lab, *news(lab))
    assert states(lab) == ["recovered", "firing"]


def test_what_fired_before_its_check_was_paused_is_told_late_and_ends_at_once(
    lab: MonitoringScenario, target: Target, quiet: pytest.MonkeyPatch
) -> None:
    """Opened by late news, an alert of a paused check would never end."""
    check_id = lab.watch(target)
    target.fails()
    lab.round(3)
    with lab.at():
        services.disable_check(check_id=check_id)
    tell_all(lab)
    (alert,) = lab.alerts()
    assert (alert.state, alert.evidence["recovered"]["reason"]) == ("recovered", "the check was paused")
    with lab.at():
        services.enable_check(check_id=check_id)
    lab.round(3)
    tell_all(lab)
    assert states(lab) == ["recovered", "firing"]


def test_what_recovered_before_its_check_was_paused_ended_when_it_recovered(
    lab: MonitoringScenario, target: Target, quiet: pytest.MonkeyPatch
) -> None:
    """Its recovery is told late. The pause comes later still, and is no reason."""
    check_id = lab.watch(target)
    target.fails()
    lab.round(3)
    tell_all(lab)
    target.says(rate=0.9)
    lab.round(2)
    recovered_at = lab.check(check_id).last_finished_at
    lab.moment += timedelta(minutes=10)
    with lab.at():
        services.disable_check(check_id=check_id)
    assert states(lab) == ["firing"]
    tell_all(lab)
    (alert,) = lab.alerts()
    assert (alert.state, alert.recovered_at) == ("recovered", recovered_at)


def test_a_limit_that_is_removed_before_its_firing_is_told_leaves_an_alert_that_has_ended(
    lab: MonitoringScenario, target: Target, quiet: pytest.MonkeyPatch
) -> None:
    threshold_id = lab.limit(lab.watch(target))
    target.says(rate=0.71)
    lab.round(3)
    with lab.at():
        services.remove_threshold(threshold_id=threshold_id)
    tell_all(lab)
    (alert,) = lab.alerts()
    assert (alert.state, alert.threshold_id, alert.title) == ("recovered", None, "Rate 0.71, below the agreed 0.77")
    assert alert.evidence["fired"]["limit"] == 0.77


def test_an_alert_that_is_told_late_shows_the_rule_by_which_it_fired(
    lab: MonitoringScenario, target: Target, quiet: pytest.MonkeyPatch
) -> None:
    check_id = lab.watch(target)
    lab.limit(check_id)
    target.says(rate=0.71)
    lab.round(3)
    lab.limit(check_id, limit=0.5, clear_limit=0.6)
    tell_all(lab)
    (alert,) = lab.alerts()
    assert alert.title == "Rate 0.71, below the agreed 0.77"
    assert alert.evidence["fired"]["limit"] == 0.77


def test_pressing_run_on_a_check_that_runs_and_fires_loses_neither_its_state_nor_its_alert(
    lab: MonitoringScenario, target: Target
) -> None:
    check_id = lab.watch(target)
    target.fails()
    lab.round(3)
    with lab.at():
        services.enable_check(check_id=check_id)
    assert (lab.check(check_id).health, states(lab)) == ("down", ["firing"])
    target.says(rate=0.9)
    lab.round(2)
    assert states(lab) == ["recovered"]


def test_an_incident_that_is_resolved_before_the_alert_is_told_is_not_joined(
    lab: MonitoringScenario, target: Target, other_target: Target, quiet: pytest.MonkeyPatch
) -> None:
    lab.watch(target)
    lab.watch(other_target)
    other_target.says(rate=0.9)
    target.fails()
    lab.round(3)
    tell_all(lab)
    other_target.fails()
    lab.round(3)
    with lab.at():
        incident_services.resolve(incident_id=lab.incidents()[0].id, override_reason="Judged by hand.")
    tell_all(lab)
    first, second = lab.incidents()
    assert [alert.incident_id for alert in lab.alerts()] == [first.id, second.id]
    assert (first.state, second.state) == ("resolved", "new")


def test_pause_news_told_after_the_system_was_resumed_stops_nothing(lab: MonitoringScenario, target: Target) -> None:
    """It would never be asked again, and would stay healthy with a clean audit."""
    check_id = lab.watch(target)
    target.says(rate=0.9)
    lab.round()
    with lab.at():
        client_services.pause_system(system_id=lab.house.system.id)
        client_services.resume_system(system_id=lab.house.system.id)
        rows = OutboxEvent.objects.filter(name__startswith="clients.system.").order_by("-id")
        last_first = list(rows.values_list("id", flat=True))
    for event_id in last_first:
        tell(lab, event_id)
    assert lab.check(check_id).next_due_at is not None
    before = len(target.requests)
    lab.round()
    assert len(target.requests) > before


def test_resume_news_told_after_the_system_was_paused_again_asks_nothing(
    lab: MonitoringScenario, target: Target
) -> None:
    check_id = lab.watch(target)
    with lab.at():
        client_services.pause_system(system_id=lab.house.system.id)
        client_services.resume_system(system_id=lab.house.system.id)
        client_services.pause_system(system_id=lab.house.system.id)
        rows = OutboxEvent.objects.filter(name__startswith="clients.system.").order_by("id")
        paused, resumed, paused_again = rows.values_list("id", flat=True)
    for event_id in (paused_again, resumed, paused):
        tell(lab, event_id)
    assert lab.check(check_id).next_due_at is None
    lab.round(2)
    assert target.requests == []


def test_a_clock_that_ran_ahead_once_costs_one_audit_and_not_six_hours(lab: MonitoringScenario, target: Target) -> None:
    """Asked by a machine six hours ahead, which is then corrected: due again in six hours, and healthy until then."""
    check_id = lab.watch(target)
    target.says(rate=0.9)
    right = lab.moment
    lab.moment += timedelta(hours=6)
    lab.round()
    lab.moment = right + timedelta(minutes=1)
    lab.round(3)
    assert len(target.requests) == 1
    with clock.at(lab.moment):
        assert reconcile().checks_ahead == 1
        assert reconcile().checks_ahead == 0
    target.fails()
    lab.round(3)
    assert (lab.check(check_id).health, states(lab)) == ("down", ["firing"])


def test_a_clock_that_was_set_back_makes_no_alert_end_before_it_fired(lab: MonitoringScenario, target: Target) -> None:
    lab.watch(target)
    target.fails()
    lab.round(3)
    lab.moment -= timedelta(hours=2)
    with clock.at(lab.moment):
        reconcile()
    target.says(rate=0.9)
    lab.round(3)
    (alert,) = lab.alerts()
    assert alert.state == "recovered"
    assert alert.recovered_at is not None
    assert alert.recovered_at >= alert.fired_at


@pytest.mark.django_db(transaction=True)
def test_an_alert_that_is_told_while_somebody_resolves_opens_an_incident_of_its_own(committed_cast: Cast) -> None:
    """Whoever joins waits for the row: resolved meanwhile, it is not what an alert may be put on."""
    house = committed_cast.north
    with house.scope():
        where: dict[str, Any] = {"system_id": house.system.id, "title": "Down", "severity": "high", "source": "alert"}
        more: dict[str, Any] = {"fingerprint": f"system:{house.system.id}", "opened_at": clock.now()}
        first = incident_services.open_incident(**where, **more)
    joined: list[uuid.UUID] = []

    def join() -> None:
        try:
            with house.scope():
                joined.append(incident_services.open_or_join(**where, **more).id)
        finally:
            connection.close()

    with house.scope():
        incident_services.resolve(incident_id=first.id, override_reason="Judged by hand.")
        joining = threading.Thread(target=join)
        joining.start()
        joining.join(0.5)
        assert joining.is_alive(), "it did not wait for the one who resolves"
    joining.join()
    assert joined
    assert joined != [first.id]


def test_what_a_worker_of_the_version_before_has_told_holds_up_nobody(
    lab: MonitoringScenario, target: Target, quiet: pytest.MonkeyPatch
) -> None:
    """It knows of no order: its events are done and were never ordered."""
    lab.watch(target)
    target.fails()
    lab.round(3)
    with lab.at():
        rows = OutboxEvent.objects.filter(name=TRANSITIONED)
        rows.update(done_at=clock.now(), next_due_at=None, lease_id=None)
    target.says(rate=0.9)
    lab.round(3)
    target.fails()
    lab.round(3)
    tell_all(lab)
    assert states(lab) == ["firing"]


def test_what_fired_by_a_clock_that_ran_ahead_is_told_as_of_now(
    lab: MonitoringScenario, target: Target, quiet: pytest.MonkeyPatch
) -> None:
    lab.watch(target)
    target.fails()
    lab.round(2)
    right = lab.moment
    lab.moment += timedelta(hours=6)
    lab.round()
    lab.moment = right + timedelta(minutes=1)
    with clock.at(lab.moment):
        look()
    tell_all(lab)
    (alert,) = lab.alerts()
    assert alert.state == "firing"
    assert alert.fired_at <= lab.moment
    assert len(lab.incidents()) == 1


def test_who_waits_behind_a_head_that_backs_off_is_not_called_late(
    lab: MonitoringScenario, target: Target, quiet: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object, **_named: object) -> None:
        raise RuntimeError("out of order")

    quiet.setattr("monitoring.handlers.fire", fail)
    lab.watch(target)
    target.fails()
    lab.round(3)
    target.says(rate=0.9)
    lab.round(3)
    for wait in (0, 2, 6, 31):
        lab.moment += timedelta(seconds=wait)
        with clock.at(lab.moment):
            outbox.relay_round()
    with clock.at(lab.moment), sweeper_scope():
        assert outbox.bring_back() == 0
