"""Who is next: whoever holds fewest places, so that nobody's backlog is in anybody's way."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

import pytest

from core.ids import uuid7
from retainer.notifications.lanes import Lane
from retainer.notifications.turns import LANE_PLACES, LeasedDeliveries, in_turn

BIG, SMALL = uuid7(), uuid7()
PLENTY = 10_000


def ids(number: int) -> list[uuid.UUID]:
    return [uuid7() for _place in range(number)]


def turns(
    waiting: dict[Lane, list[uuid.UUID]], *, free: int = 200, leased: LeasedDeliveries | None = None, **more: Any
) -> list[Lane]:
    allowed = more.pop("allowed", {lane.agency_id: PLENTY for lane in waiting})
    return [
        lane for lane, _id in in_turn(waiting, free=free, allowed=allowed, leased=leased or LeasedDeliveries(), **more)
    ]


def test_two_agencies_take_turns_however_much_one_of_them_has_waiting() -> None:
    """Whoever began, each pair of turns is one of each."""
    waiting = {Lane(BIG, f"b{n}"): ids(100) for n in range(5)} | {Lane(SMALL, "s"): ids(4)}
    found = [lane.agency_id for lane in turns(waiting)]
    assert [set(found[place : place + 2]) for place in (0, 2, 4, 6)] == [{BIG, SMALL}] * 4
    assert set(found[8:]) == {BIG}


@pytest.mark.parametrize("crowd", [1, 2, 5, 20, 100])
def test_one_more_agency_always_finds_a_place(crowd: int) -> None:
    """However many agencies have all that they can have, one that comes later gets a place at once."""
    leased, free = LeasedDeliveries(), 200
    lanes = [Lane(agency_id, str(number)) for agency_id in ids(crowd) for number in range(8)]
    for _round in range(30):
        taken = turns(dict.fromkeys(lanes, ids(8)), free=free, leased=leased)
        for lane in taken:
            leased.take(lane)
        free -= len(taken)
    assert free > 0
    late = Lane(SMALL, "late")
    assert turns(dict.fromkeys(lanes, ids(8)) | {late: ids(1)}, free=free, leased=leased)[0] == late


def test_one_receiver_never_has_more_than_its_places() -> None:
    lane, leased = Lane(BIG, "only"), LeasedDeliveries()
    for _place in range(3):
        leased.take(lane)
    assert len(turns({lane: ids(100)}, leased=leased)) == LANE_PLACES - 3
    assert len(turns({lane: ids(100)})) == LANE_PLACES


def test_one_that_lets_us_wait_has_one_place_until_it_answers_in_time() -> None:
    lane, leased = Lane(BIG, "slow"), LeasedDeliveries()
    leased.take(lane)
    leased.give_back(lane, answered=False)
    assert len(turns({lane: ids(100)}, leased=leased)) == 1
    leased.take(lane)
    leased.give_back(lane, answered=True)
    assert len(turns({lane: ids(100)}, leased=leased)) == LANE_PLACES


def test_receivers_of_one_agency_take_turns_as_well() -> None:
    waiting = {Lane(BIG, "many"): ids(100), Lane(BIG, "few"): ids(2)}
    assert Counter(lane.name for lane in turns(waiting)[:4]) == {"many": 2, "few": 2}


def test_a_receiver_keeps_the_order_in_which_its_messages_fell_due() -> None:
    lane, waiting = Lane(BIG, "x"), ids(5)
    found = in_turn({lane: waiting}, free=200, allowed={BIG: PLENTY}, leased=LeasedDeliveries())
    assert [row_id for _lane, row_id in found] == waiting


def test_nobody_takes_more_than_their_rate_has_to_give() -> None:
    waiting = {Lane(BIG, "x"): ids(5), Lane(BIG, "y"): ids(5), Lane(SMALL, "z"): ids(5)}
    found = turns(waiting, allowed={BIG: 3, SMALL: 0})
    assert Counter(lane.agency_id for lane in found) == {BIG: 3}


def test_mail_goes_by_kind_and_alarms_before_the_rest() -> None:
    waiting = {Lane(BIG, "other"): ids(2), Lane(BIG, "alarm"): ids(20), Lane(SMALL, "other"): ids(2)}
    found = turns(waiting, free=100, by_name=True)
    assert [lane.name for lane in found if lane.agency_id == BIG] == ["alarm"] * 19


def test_once_the_time_is_up_nobody_is_taken_on_who_lets_us_wait() -> None:
    """Those that are waited for already, those that were waited for in vain: the end of a round is not theirs."""
    slow, busy, quick = Lane(BIG, "slow"), Lane(BIG, "busy"), Lane(BIG, "quick")
    leased = LeasedDeliveries()
    leased.take(slow)
    leased.give_back(slow, answered=False)
    leased.take(busy)
    waiting = {lane: ids(3) for lane in (slow, busy, quick)}
    assert set(turns(waiting, leased=leased, quick_only=True)) == {quick}
