"""X12: one batch has checks of many agencies, and nothing of one reaches another."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from core import clock
from core.errors import NotFound
from core.tenancy import ScopeMissing
from monitoring import selectors
from monitoring.checks import services
from monitoring.models import Alert, Check, Sample
from monitoring.samples import store
from tests.cast import Cast
from tests.monitoring.scenario import START, MonitoringScenario, Target


def test_x12_results_of_two_agencies_in_one_batch_stay_with_their_own(
    cast: Cast, target: Target, other_target: Target
) -> None:
    north, south = MonitoringScenario(cast.north), MonitoringScenario(cast.south)
    theirs, mine = north.watch(target), south.watch(other_target)
    north.limit(theirs)
    south.limit(mine)
    target.says(rate=0.71)
    other_target.says(rate=0.9)
    north.round(3)
    assert (len(north.alerts()), len(north.incidents())) == (1, 1)
    assert (south.alerts(), south.incidents(), south.told("monitoring.check.transitioned")) == ([], [], [])
    assert {value for _slot, value in south.samples(mine)} == {0.9}
    with south.at():
        assert not Sample.objects.filter(check_id=theirs).exists()


def test_x12_another_agencys_check_is_not_there(cast: Cast, target: Target) -> None:
    north, south = MonitoringScenario(cast.north), MonitoringScenario(cast.south)
    theirs = north.watch(target)
    with south.at():
        for act in (services.run_now, services.disable_check, services.enable_check, services.update_check):
            with pytest.raises(NotFound):
                act(check_id=theirs)
        with pytest.raises(NotFound):
            selectors.series(theirs, "rate", START, START)
        with pytest.raises(NotFound):
            services.create_check(
                system_id=cast.north.system.id,
                name="Mine",
                kind="http",
                url="https://example.com/",
                interval_seconds=60,
            )


def test_x12_the_database_refuses_a_value_for_another_agencys_check(cast: Cast, target: Target) -> None:
    """The composite key holds even where the code is wrong."""
    north, south = MonitoringScenario(cast.north), MonitoringScenario(cast.south)
    theirs = north.check(north.watch(target))
    theirs.agency_id, theirs.client_id = cast.south.agency.id, cast.south.client.id
    with south.at(), pytest.raises(IntegrityError), transaction.atomic():
        store.write_samples(theirs, "rate", [(START, 1.0)])


def test_the_portal_sees_the_clients_values_and_only_alerts_of_its_incidents(
    lab: MonitoringScenario, target: Target
) -> None:
    check_id = lab.watch(target)
    lab.limit(check_id)
    target.says(rate=0.71)
    lab.round(3)
    house, lab_incident_id = lab.house, lab.incidents()[0].id
    with clock.at(lab.moment), house.portal():
        health = selectors.system_health([house.system.id])[house.system.id]
        metrics = selectors.metrics_of(house.system.id)
        assert [metric.name for metric in metrics] == ["rate", "latency"]
        assert len([one for one in selectors.series(check_id, "rate", START, lab.moment).points if one.value]) == 3
        assert (health.state, metrics[0].tone) == ("degraded", "bad")
        assert [alert.incident_id for alert in selectors.alerts()] == [lab_incident_id]
    with house.portal(house.other_client):
        assert list(Check.objects.all()) == []
        assert list(Alert.objects.all()) == []
        with pytest.raises(NotFound):
            selectors.series(check_id, "rate", START, lab.moment)


def test_the_portal_cannot_write_a_check(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    with lab.house.portal(), pytest.raises(Exception, match="permission denied"), transaction.atomic():
        Check.objects.filter(id=check_id).update(enabled=False)


def test_nothing_is_read_outside_a_scope(db: None) -> None:
    with pytest.raises(ScopeMissing):
        list(Check.objects.all())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM monitoring_sample")
        assert cursor.fetchone() == (0,)
