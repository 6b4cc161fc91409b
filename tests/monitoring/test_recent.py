"""The last day behind an alert and the last week of a client: dips are seen, and what is missing is a gap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.models import Client
from core import clock
from core.ids import uuid7
from incidents import services as incidents
from monitoring import recent
from monitoring.checks import services
from monitoring.maintenance import services as maintenance
from monitoring.models import Alert, Check
from monitoring.samples import store
from retainer.ui import drawings
from tests.cast import AgencyFixture, Cast

NOON = datetime(2026, 6, 10, 12, 10, tzinfo=UTC)
RATE = [{"name": "rate", "path": "rate", "unit": "ratio"}]


@pytest.fixture
def house(cast: Cast) -> AgencyFixture:
    return cast.north


def check_of(house: AgencyFixture, name: str = "Answers", **more: Any) -> Check:
    values: dict[str, Any] = {
        "kind": "http_json",
        "url": "https://1.1.1.1/health",
        "metrics": RATE,
        "interval_seconds": 300,
    } | more
    row = services.create_check(system_id=house.system.id, name=name, **values)
    Check.objects.filter(id=row.id).update(last_values={"rate": 0.71}, last_finished_at=NOON, health="healthy")
    return Check.objects.get(id=row.id)


def alert_of(house: AgencyFixture, check: Check, number: int, *, limited: bool = True) -> Alert:
    limit = (
        services.set_threshold(
            check_id=check.id, metric="rate", comparison="below", limit=0.77, clear_limit=0.8, unit="ratio"
        )
        if limited
        else None
    )
    return Alert.objects.create(
        client_id=house.client.id,
        number=number,
        fingerprint=f"x:{uuid7()}",
        system_id=house.system.id,
        source_check=check,
        threshold=limit,
        health="degraded",
        title="Rate is low",
        began_at=NOON,
        fired_at=NOON,
    )


def measured(check: Check, metric: str, minutes_ago: Sequence[int], value: float) -> None:
    buckets = [(NOON - timedelta(minutes=10 + minutes), value) for minutes in minutes_ago]
    store.write_rollups(check, metric, 300, buckets, count=1)


def test_the_worst_of_each_half_hour_is_drawn_and_missing_ones_are_gaps(house: AgencyFixture) -> None:
    with clock.at(NOON), house.scope():
        check = check_of(house)
        measured(check, "rate", range(0, 240, 10), 0.9)
        measured(check, "rate", [65], 0.5)
        measured(check, "rate", [600], 0.88)
        alert = alert_of(house, check, 1)
        trend = recent.trends([alert])[alert.id]
    assert len(trend.values) == recent.POINTS
    assert min(value for value in trend.values if value is not None) == 0.5
    assert trend.values[-1] == 0.71, "it ends with how it stands now"
    assert trend.values[-20] is None
    assert trend.limit == 0.77
    assert trend.text == "Rate: 71 % now, agreed at least 77 %"
    drawn = drawings.spark(trend.values, trend.text, trend.limit)
    assert drawn.count("M") == 3, "two stretches, and the limit"
    assert 'aria-label="Rate: 71 % now, agreed at least 77 %"' in drawn
    assert 'width="96" height="24"' in drawn


def test_a_value_that_is_asked_for_once_in_two_hours_has_no_gaps(house: AgencyFixture) -> None:
    with clock.at(NOON), house.scope():
        check = check_of(house, interval_seconds=7200)
        measured(check, "rate", range(0, 1440, 120), 0.9)
        alert = alert_of(house, check, 1)
        assert None not in recent.trends([alert])[alert.id].values[4:]


def test_where_nobody_can_tell_it_says_so(house: AgencyFixture) -> None:
    with clock.at(NOON), house.scope():
        check = check_of(house)
        Check.objects.filter(id=check.id).update(last_finished_at=NOON - timedelta(hours=3))
        alert = alert_of(house, Check.objects.get(id=check.id), 1)
        trend = recent.trends([alert])[alert.id]
    assert trend.text == "Rate: no value now, agreed at least 77 %"
    assert set(trend.values) == {None}
    assert drawings.spark(trend.values, trend.text, trend.limit) == ""


def test_without_a_limit_it_is_how_long_an_answer_takes(house: AgencyFixture) -> None:
    with clock.at(NOON), house.scope():
        check = check_of(house)
        Check.objects.filter(id=check.id).update(last_values={"latency": 0.8})
        alert = alert_of(house, Check.objects.get(id=check.id), 1, limited=False)
        trend = recent.trends([alert])[alert.id]
    assert (trend.text, trend.limit) == ("Answer time: 0.8 s now", None)


def test_many_alerts_are_one_question(house: AgencyFixture) -> None:
    with clock.at(NOON), house.scope():
        checks = [check_of(house, f"Check {number}") for number in range(8)]
        alerts = [alert_of(house, check, number + 1) for number, check in enumerate(checks)]
        with CaptureQueriesContext(connection) as seen:
            recent.trends(alerts)
    assert len(seen) == 1


def day(back: int) -> datetime:
    return datetime(2026, 6, 10, tzinfo=UTC) - timedelta(days=back)


def test_a_day_is_as_good_as_the_worst_check_and_without_data_it_is_unknown(house: AgencyFixture) -> None:
    with clock.at(NOON), house.scope():
        good, bad = check_of(house), check_of(house, "Other")
        for check in (good, bad):
            store.write_rollups(check, "latency", 86_400, [(day(back), 0.2) for back in range(4)], count=200)
        store.write_rollups(bad, "down", 86_400, [(day(1), 1.0)], count=1)
        store.write_rollups(bad, "down", 86_400, [(day(2), 1.0)], count=50)
        store.write_rollups(bad, "down", 86_400, [(day(3), 1.0)], count=50)
        # A day of planned work, said before it began.
        with clock.at(day(4)):
            maintenance.plan_maintenance(
                system_id=house.system.id,
                title="Index",
                starts_at=day(3) + timedelta(hours=1),
                ends_at=day(3) + timedelta(hours=4),
            )
        week = recent.weeks([house.client.id, house.other_client.id])
    assert [one.state for one in week[house.client.id]] == ["", "", "", "maintenance", "down", "degraded", "healthy"]
    assert [one.share for one in week[house.client.id]][4:] == [80.0, 99.502, 100.0]
    assert {one.state for one in week[house.other_client.id]} == {""}


def test_a_strip_has_a_bar_a_day_and_a_line_where_nothing_is_known() -> None:
    drawn = drawings.strip([("Tue no data", ""), ("Wed up 100 %", "healthy"), ("Thu up 71 %", "down")], "Uptime")
    assert drawn.count("<rect") == 3
    assert 'height="2" rx="1"><title>Tue no data</title>' in drawn
    assert 'class="fill-bad"' in drawn
    assert "style" not in drawn


def test_weeks_of_many_clients_are_three_questions(house: AgencyFixture) -> None:
    with clock.at(NOON), house.scope():
        for number in range(6):
            Client.objects.create(name=f"C {number}", slug=f"c-{number}", time_zone="UTC")
        check_of(house)
        ids = list(Client.objects.values_list("id", flat=True))
        with CaptureQueriesContext(connection) as seen:
            recent.weeks(ids)
    assert len(seen) == 3


def test_of_two_alerts_of_an_incident_the_one_with_a_limit_that_goes_on_is_behind_it(house: AgencyFixture) -> None:
    with clock.at(NOON), house.scope():
        plain = alert_of(house, check_of(house), 1, limited=False)
        told = alert_of(house, check_of(house, "Other"), 2)
        over = alert_of(house, check_of(house, "Third"), 3)
        Alert.objects.filter(id=over.id).update(recovered_at=NOON)
        from_incident = _incident(house, [plain, told, over])
        assert recent.alerts_behind([from_incident])[from_incident].id == told.id


def _incident(house: AgencyFixture, alerts: Sequence[Alert]) -> Any:

    row = incidents.open_incident(system_id=house.system.id, title="Low", severity="high", source="staff")
    Alert.objects.filter(id__in=[alert.id for alert in alerts]).update(incident_id=row.id)
    return row.id
