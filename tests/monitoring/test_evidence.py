"""The page of an alert says in words what was seen, and by which rule."""

from __future__ import annotations

from django.test import Client

from core import clock
from monitoring.alerts.evidence import evidence_of
from tests.cast import Cast
from tests.monitoring.scenario import MonitoringScenario, Target


def test_an_alert_says_what_was_seen_and_how_it_ended(lab: MonitoringScenario, target: Target) -> None:
    lab.limit(check_id := lab.watch(target))
    target.says(rate=0.71)
    lab.round(3)
    target.says(rate=0.87)
    lab.round(2)
    (_fired, began), (_recovered, ended) = evidence_of(lab.alerts()[0], lab.check(check_id))
    assert began.sentence == "3 bad results in a row."
    assert began.rule == "bad below 77.0 %, good again above 80.0 %"
    assert [value for _at, value in began.samples] == ["71.0 %"] * 3
    assert ended.sentence == "2 good results in a row."
    assert [value for _at, value in ended.samples] == ["87.0 %"] * 2


def test_a_lost_value_says_so_and_ends_with_the_next(lab: MonitoringScenario, target: Target) -> None:
    lab.limit(check_id := lab.watch(target))
    target.says(other=1)
    lab.round(3)
    target.says(rate=0.87)
    lab.round()
    (_fired, began), (_recovered, ended) = evidence_of(lab.alerts()[0], lab.check(check_id))
    assert began.sentence == "3 results in a row without a value."
    assert ended.sentence == "A value came again."


def test_the_page_shows_words_and_no_data_structure(
    lab: MonitoringScenario, target: Target, cast: Cast, client: Client
) -> None:
    lab.limit(lab.watch(target))
    target.says(rate=0.71)
    lab.round(3)
    client.force_login(cast.north.owner)
    with clock.at(lab.moment):
        answer = client.get(f"/a/{cast.north.agency.slug}/alerts/1/")
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "3 bad results in a row." in shown
    assert "bad_in_a_row" not in shown
