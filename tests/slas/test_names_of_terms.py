"""Policies and calendars can be called something else; what was promised, and the address, stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.errors import Conflict, DomainError
from slas import services
from slas.clocks import responsibility
from slas.models import Policy
from tests.cast import Cast
from tests.slas.scenario import HOUR, SlaScenario, sweep, utc
from tests.slas.test_archiving import NOON, archive, desk
from tests.together import conflicts, together

__all__ = ["desk"]


def test_another_name_changes_no_byte_of_what_was_promised(desk: SlaScenario) -> None:
    subject = desk.start("2026-06-01 08:00")
    sweep("2026-06-01 12:30")
    with desk.at(NOON):
        before = json.dumps(responsibility.time_by_side([desk.clock(subject)], utc(NOON)), sort_keys=True, default=str)
        row = services.update_policy(policy_id=desk.policy.policy_id, name="  Gold   plus ", description=" Better ")
        assert (row.name, row.description, row.slug) == ("Gold plus", "Better", desk.policy.policy.slug)
        calendar = services.update_calendar(calendar_id=desk.calendar.calendar_id, name="Daytime")
        assert (calendar.name, calendar.slug) == ("Daytime", desk.calendar.calendar.slug)
        after = json.dumps(responsibility.time_by_side([desk.clock(subject)], utc(NOON)), sort_keys=True, default=str)
    assert before == after


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_name_that_is_none_is_refused(desk: SlaScenario, name: str) -> None:
    with desk.at(NOON), pytest.raises(DomainError) as refused:
        services.update_policy(policy_id=desk.policy.policy_id, name=name, description="")
    assert refused.value.field == "name"


def test_two_of_one_name_are_refused_though_one_be_archived(desk: SlaScenario) -> None:
    archive(desk)
    with desk.at(NOON):
        other = desk.new_policy({"resolution": HOUR})
        taken = desk.policy.policy.name.upper()
        with pytest.raises(DomainError, match="perhaps an archived one"):
            services.update_policy(policy_id=other.policy_id, name=taken, description="")
        # Its own name in other letters is no second one.
        assert services.update_policy(policy_id=other.policy_id, name=other.policy.name.upper(), description="")


def test_a_name_that_was_given_up_can_be_had_and_one_that_is_had_cannot(desk: SlaScenario) -> None:
    def named(name: str) -> Policy:
        target = {"severity": "high", "metric": "resolution", "seconds": HOUR, "calendar_version_id": desk.calendar.id}
        made: Policy = services.create_policy(name=name, targets=[target]).policy
        return made

    with desk.at(NOON):
        first = named("Gold")
        services.update_policy(policy_id=first.id, name="Silver", description="")
        second = named("Gold")
        assert (first.slug, second.slug[:5]) == ("gold", "gold-")
        with pytest.raises(DomainError) as refused:
            named(" silver ")
        assert refused.value.field == "name"


@pytest.mark.django_db(transaction=True)
def test_two_cannot_take_one_name_at_once(committed_cast: Cast) -> None:
    desk = SlaScenario(committed_cast.north, {"first_response": HOUR})
    with desk.at(NOON):
        others = [desk.new_policy({"resolution": HOUR}).policy_id for _number in range(2)]

    def rename(policy_id: Any, name: str) -> None:
        with desk.at(NOON):
            try:
                services.update_policy(policy_id=policy_id, name=name, description="")
            except DomainError as error:
                raise Conflict(error.message) from error

    results = together(lambda: rename(others[0], "Gold"), lambda: rename(others[1], "GOLD"))
    assert conflicts(results) == 1
