"""No data is a state of its own: neither good nor bad, told once, and over with the first value."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.outbox import relay_due
from monitoring import selectors
from monitoring.polling.evaluate import UNKNOWN_AFTER, Told, compare
from retainer.notifications.models import Delivery
from tests.monitoring.scenario import INTERVAL, MonitoringScenario, Target


def _told(lab: MonitoringScenario) -> list[str]:
    while relay_due():
        pass
    return [alert.title for alert in lab.alerts()]


def _state(lab: MonitoringScenario) -> str:
    with lab.at():
        return selectors.system_health([lab.house.system.id])[lab.house.system.id].state


def _mails(lab: MonitoringScenario) -> list[Any]:
    with lab.at():
        return list(Delivery.objects.filter(event_name="monitoring.alert.fired", channel="email"))


def test_three_answers_without_the_agreed_value_alert_once_and_open_no_incident(
    lab: MonitoringScenario, target: Target
) -> None:
    lab.limit(lab.watch(target))
    target.says(rate=0.9)
    lab.round()
    target.says(other=1)
    lab.round(2)
    assert _told(lab) == []
    lab.round(6)
    assert _told(lab) == [f"Rate: no data from “Answers {target.host} {target.port}”"]
    alert = lab.alerts()[0]
    assert (alert.state, alert.health, alert.incident_id) == ("firing", "unknown", None)
    assert alert.evidence["fired"]["unknown_in_a_row"] == UNKNOWN_AFTER
    assert (alert.fired_at - alert.began_at).total_seconds() < 3 * INTERVAL
    assert lab.incidents() == []
    assert _state(lab) == "unknown"


def test_the_first_value_ends_it(lab: MonitoringScenario, target: Target) -> None:
    lab.limit(lab.watch(target))
    target.says(other=1)
    lab.round(4)
    target.says(rate=0.9)
    lab.round()
    _told(lab)
    assert [alert.state for alert in lab.alerts()] == ["recovered"]
    assert lab.told() == ["monitoring.alert.fired", "monitoring.alert.recovered"]
    assert _state(lab) == "healthy"


def test_people_hear_of_it_by_mail(lab: MonitoringScenario, target: Target) -> None:
    lab.limit(lab.watch(target))
    target.says(other=1)
    lab.round(3)
    _told(lab)
    subjects = {row.subject for row in _mails(lab)}
    assert subjects == {f"No data: Rate: no data from “Answers {target.host} {target.port}”"}


def test_a_value_missed_before_production_wakes_nobody(lab: MonitoringScenario, target: Target) -> None:
    lab.limit(lab.watch(target, environment_kind="preproduction"))
    target.says(other=1)
    lab.round(3)
    assert len(_told(lab)) == 1
    assert _mails(lab) == []


def test_m37_a_firing_alert_stays_when_its_value_disappears_and_no_data_stands_beside_it(
    lab: MonitoringScenario, target: Target
) -> None:
    lab.limit(lab.watch(target))
    target.says(rate=0.71)
    lab.round(3)
    target.says(other=1)
    lab.round(5)
    _told(lab)
    assert [(alert.health, alert.state) for alert in lab.alerts()] == [("degraded", "firing"), ("unknown", "firing")]
    assert _state(lab) == "degraded"


def test_while_a_system_is_down_its_values_are_not_missed_besides(lab: MonitoringScenario, target: Target) -> None:
    lab.limit(lab.watch(target))
    target.says(rate=0.9)
    lab.round()
    target.fails()
    lab.round(6)
    _told(lab)
    assert [alert.health for alert in lab.alerts()] == ["down"]


def test_a_value_that_did_not_come_back_with_the_system_is_missed_at_once(
    lab: MonitoringScenario, target: Target
) -> None:
    lab.limit(lab.watch(target))
    target.fails()
    lab.round(4)
    target.says(other=1)
    lab.round(4)
    _told(lab)
    assert [(alert.health, alert.state) for alert in lab.alerts()] == [("down", "recovered"), ("unknown", "firing")]


def test_an_address_that_may_not_be_asked_any_more_is_said(lab: MonitoringScenario, target: Target) -> None:
    lab.watch(target)
    target.says(rate=0.9)
    lab.round()
    with lab.at():
        lab.house.forbid(target.host, target.port)
    lab.round(5)
    assert _told(lab) == [f"Answers {target.host} {target.port}: no data, its address may not be asked"]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([True, False, None])), max_size=60))
def test_each_end_names_its_beginning_and_nothing_is_told_out_of_turn(states: list[tuple[bool, bool | None]]) -> None:
    """Whatever the states are: beginnings and ends take turns, each end has the serial of the beginning before it, and
    all of them together are numbered without a gap."""
    told, news = Told(), []
    for bad, lost in states:
        told, more = compare(told, bad=bad, lost=lost)
        news += more
        assert (told.firing is not None) == bad
        assert lost is None or (told.no_data is not None) == lost
    assert [one.seq for one in news] == list(range(1, len(news) + 1))
    for begins, ends in (("fired", "recovered"), ("lost", "found")):
        mine = [one for one in news if one.change in (begins, ends)]
        assert [one.change for one in mine] == [(begins, ends)[place % 2] for place in range(len(mine))]
        assert [one.serial for one in mine] == [one.seq for one in mine[::2] for _each in (1, 2)][: len(mine)]


def test_an_address_that_was_forbidden_and_then_fails_is_known_again(lab: MonitoringScenario, target: Target) -> None:
    """It is down now, and nobody need wonder any more whether it may be asked."""
    lab.watch(target)
    target.fails()
    with lab.at():
        lab.house.forbid(target.host, target.port)
    lab.round(4)
    with lab.at():
        lab.house.allow(target.host, target.port)
    lab.round(4)
    assert [(alert.health, alert.state) for alert in lab.alerts()] == [("unknown", "recovered"), ("down", "firing")]
