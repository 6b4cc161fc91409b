"""A retainer ends on its last day in its own zone, without anybody pressing anything."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from agreements import selectors, services
from core import clock
from core.models import AuditEvent, OutboxEvent
from tests.agreements.scenario import AgreementScenario


def sweep(moment: str) -> int:
    with clock.at(datetime.fromisoformat(moment).replace(tzinfo=UTC)):
        return services.end_due()


def ending(desk: AgreementScenario, **more: Any) -> Any:
    with desk.at("2026-06-01 08:00"):
        made = desk.active(**more)
        return services.end_retainer(retainer_id=made.id, ends_on=date(2026, 7, 1)).id


def state(desk: AgreementScenario, retainer_id: Any) -> str:
    with desk.house.scope():
        return str(selectors.retainer(retainer_id).state)


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("Europe/Berlin", "2026-06-30 21:59", "2026-06-30 22:00"),
        ("Pacific/Kiritimati", "2026-06-30 09:59", "2026-06-30 10:00"),
        ("America/Los_Angeles", "2026-07-01 06:59", "2026-07-01 07:00"),
    ],
)
def test_it_ends_at_midnight_where_it_was_signed(desk: AgreementScenario, zone: str, before: str, after: str) -> None:
    retainer = ending(desk, time_zone=zone)
    assert (sweep(before), state(desk, retainer)) == (0, "ending")
    assert (sweep(after), state(desk, retainer)) == (1, "ended")
    assert sweep(after) == 0


def test_one_that_was_signed_with_its_last_day_ends_too(desk: AgreementScenario) -> None:
    with desk.at("2026-06-01 08:00"):
        retainer = desk.active(ends_on=date(2026, 7, 1)).id
    assert (sweep("2026-07-02 00:00"), state(desk, retainer)) == (1, "ended")


def test_its_end_is_in_the_audit_and_told_once(desk: AgreementScenario) -> None:
    retainer = ending(desk)
    sweep("2026-07-05 00:00")
    sweep("2026-07-06 00:00")
    with desk.house.scope():
        assert AuditEvent.objects.filter(action="agreements.retainer.ended", object_id=retainer).count() == 1
        assert OutboxEvent.objects.filter(name="agreements.retainer.ended").count() == 1


def test_one_that_was_prolonged_meanwhile_goes_on(desk: AgreementScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look of the sweep and its lock somebody signs for another half year."""
    retainer = ending(desk)
    over = selectors.is_over

    def prolonged(row: Any) -> bool:
        row.ends_on = date(2027, 1, 1)
        return over(row)

    monkeypatch.setattr(selectors, "is_over", prolonged)
    assert (sweep("2026-07-05 00:00"), state(desk, retainer)) == (0, "ending")


def test_what_runs_without_an_end_is_left(desk: AgreementScenario) -> None:
    with desk.at("2026-06-01 08:00"):
        retainer = desk.active().id
    assert (sweep("2036-07-05 00:00"), state(desk, retainer)) == (0, "active")


def test_what_began_before_the_end_is_under_what_was_signed_still(desk: AgreementScenario) -> None:
    """Somebody reports on the second of July what broke in June."""
    retainer = ending(desk)
    sweep("2026-07-02 08:00")
    assert state(desk, retainer) == "ended"
    with desk.at("2026-07-02 08:00"):
        system = desk.house.system.id
        before, after = (datetime(2026, month, 15, tzinfo=UTC) for month in (6, 8))
        assert selectors.policy_version_for(system, before) == desk.policies["standard"]
        assert selectors.policy_version_for(system, after) is None
        assert selectors.covered_now([system]) == set()
