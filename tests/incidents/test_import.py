"""S30: history from elsewhere starts no clock, is shown to no client and is told to nobody."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest

from core.errors import DomainError, NotFound
from core.models import OutboxEvent
from core.outbox import relay_due
from incidents import services
from retainer.notifications.models import Delivery
from tests.cast import Cast, random_id
from tests.incidents.scenario import MORNING, IncidentScenario, publish, utc

BEGAN, ENDED = utc("2026-02-02 10:00"), utc("2026-02-02 15:00")


def bring(
    ward: IncidentScenario, began: datetime = BEGAN, ended: datetime = ENDED, system: uuid.UUID | None = None
) -> uuid.UUID:
    with ward.at(MORNING):
        return services.import_incident(
            system_id=system or ward.house.system.id,
            title="Old trouble",
            severity="critical",
            opened_at=began,
            resolved_at=ended,
        ).id


def test_s30_an_import_starts_no_clock_and_sends_nothing(ward: IncidentScenario) -> None:
    with ward.house.scope():
        ward.house.client.live_at = utc("2026-01-01 00:00")
        ward.house.client.save()
        before = OutboxEvent.objects.count()
    incident_id = bring(ward)
    relay_due()
    assert publish("2026-07-01 08:00") == 0
    assert ward.clocks(incident_id) == {}
    assert ward.told(incident_id) == []
    with ward.house.scope():
        assert OutboxEvent.objects.count() == before
        assert not Delivery.objects.filter(event_name__startswith="incidents.").exists()


def test_s30_an_import_is_over_and_says_when_it_was(ward: IncidentScenario) -> None:
    row = ward.row(bring(ward))
    assert (row.state, row.opened_at, row.resolved_at, row.closed_at) == ("closed", BEGAN, ENDED, ENDED)
    assert row.published_at is row.publish_at is None
    assert ward.timeline(row.id) == ["opened", "resolved"]


def test_s30_an_import_is_on_record_like_any_other_write(ward: IncidentScenario) -> None:
    assert ward.audited(bring(ward)) == ["imported"]


@pytest.mark.parametrize(("began", "ended"), [(ENDED, BEGAN), (BEGAN, utc("2026-06-01 08:01"))])
def test_an_import_that_cannot_have_happened_is_refused(
    ward: IncidentScenario, began: datetime, ended: datetime
) -> None:
    with pytest.raises(DomainError) as refused:
        bring(ward, began, ended)
    assert refused.value.field == "resolved_at"


def test_an_import_for_a_system_of_another_agency_is_refused(ward: IncidentScenario, cast: Cast) -> None:
    for system in (cast.south.system.id, random_id()):
        with pytest.raises(NotFound):
            bring(ward, system=system)
