"""S34, F49: the policy version hangs on the link between a retainer and a system, and holds on its days alone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from agreements import selectors, services
from agreements.models import CoveredSystem
from clients import services as clients
from core.errors import NotFound
from tests.agreements.scenario import AgreementScenario
from tests.cast import random_id
from tests.clients.support import audited, refused


def test_two_systems_under_one_retainer_sign_different_times(desk: AgreementScenario) -> None:
    with desk.house.scope():
        desk.own_the_system()
        batch = clients.create_system(client_id=desk.house.client.id, name="Batch", criticality="low")
        retainer = desk.draft()
        desk.cover(retainer, "priority")
        desk.cover(retainer, "essential", batch.id)
        services.activate(retainer_id=retainer.id)
        signed = [selectors.policy_version_for(system_id) for system_id in (desk.house.system.id, batch.id)]
        assert signed == [desk.policies["priority"], desk.policies["essential"]]


def test_covering_again_signs_another_version_and_leaves_one_link(desk: AgreementScenario) -> None:
    with desk.house.scope():
        retainer = desk.draft()
        for policy in ("standard", "standard", "priority"):
            desk.cover(retainer, policy)
        assert [row.policy_version_id for row in selectors.covered_systems(retainer.id)] == [desk.policies["priority"]]
        assert audited(retainer.id).count("agreements.retainer.covered") == 3


def test_nothing_is_promised_by_a_draft_nor_where_nothing_covers(desk: AgreementScenario) -> None:
    with desk.house.scope():
        desk.cover(desk.draft())
        assert selectors.policy_version_for(desk.house.system.id) is None
        assert selectors.policy_version_for(random_id()) is None


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        ("2026-02-28 10:59", False),
        ("2026-02-28 11:00", True),
        ("2026-05-31 11:59", True),
        ("2026-05-31 12:00", False),
    ],
)
def test_r13_the_promise_holds_from_the_first_to_the_last_midnight_of_the_retainers_own_zone(
    desk: AgreementScenario, moment: str, holds: bool
) -> None:
    """Auckland is 13 hours ahead of UTC in March and 12 in June; the last day is not included."""
    with desk.house.scope():
        desk.active(time_zone="Pacific/Auckland", starts_on=date(2026, 3, 1), ends_on=date(2026, 6, 1))
        signed = selectors.policy_version_for(
            desk.house.system.id, at=datetime.fromisoformat(moment).replace(tzinfo=UTC)
        )
    assert (signed is not None) == holds


def test_a_retainer_that_is_ending_holds_until_its_end(desk: AgreementScenario) -> None:
    with desk.at("2026-06-01 08:00"):
        retainer = desk.active()
        services.end_retainer(retainer_id=retainer.id, ends_on=date(2026, 7, 1))
        assert selectors.policy_version_for(desk.house.system.id) == desk.policies["standard"]
    with desk.at("2026-07-01 08:00"):
        assert selectors.policy_version_for(desk.house.system.id) is None


def test_the_retainer_signed_last_holds_where_two_run(desk: AgreementScenario) -> None:
    with desk.at("2026-02-01 08:00"):
        desk.active("standard")
    with desk.at("2026-03-01 08:00"):
        desk.active("priority")
        assert selectors.policy_version_for(desk.house.system.id) == desk.policies["priority"]


def test_a_new_criticality_does_not_touch_what_was_signed(desk: AgreementScenario) -> None:
    """Four scales that are not mixed: criticality proposes, the link holds."""
    with desk.house.scope():
        desk.active("essential")
        clients.update_system(
            system_id=desk.house.system.id, name="Bot", criticality="low", owner_id=desk.house.owner.id
        )
        assert selectors.policy_version_for(desk.house.system.id) == desk.policies["essential"]


def test_another_clients_system_is_not_there_to_be_covered(desk: AgreementScenario) -> None:
    with desk.house.scope():
        retainer = desk.draft()
        with refused("system_id", NotFound):
            desk.cover(retainer, system_id=desk.house.other_system.id)
        with refused("system_id", NotFound):
            services.cover_system(retainer_id=retainer.id, system_id="bot", policy_version_id=desk.policies["standard"])
        with refused("policy_version_id", NotFound):
            services.cover_system(retainer_id=retainer.id, system_id=desk.house.system.id, policy_version_id="standard")
        assert not CoveredSystem.objects.exists()
