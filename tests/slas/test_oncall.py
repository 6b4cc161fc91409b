"""Who is called: turns at the same wall time, time off, stretches that somebody takes over."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.errors import Conflict, DomainError, NotFound
from core.selectors import member_of_user
from core.services import end_membership
from slas import selectors, services
from slas.models import Rota
from slas.oncall.shifts import Stretch, Turns, called, shifts
from tests.cast import AgencyFixture, Cast, random_id

ANN, BEN, CAT = (uuid.UUID(int=n) for n in (1, 2, 3))
BERLIN = ZoneInfo("Europe/Berlin")
# Weekly turns, handed over on Mondays at 08:30.
WEEKLY = Turns((ANN, BEN, CAT), BERLIN, date(2026, 1, 5), time(8, 30), 7)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("moment", "who"),
    [
        ("2026-01-05 08:29", None),
        ("2026-01-05 08:30", ANN),
        ("2026-01-12 08:29", ANN),
        ("2026-01-12 08:30", BEN),
        ("2026-01-19 08:30", CAT),
        ("2026-01-26 08:30", ANN),
        # S06: the handover stays at 08:30 over both changes of the clocks.
        ("2026-03-30 08:29", CAT),
        ("2026-03-30 08:30", ANN),
        ("2026-10-26 08:29", CAT),
        ("2026-10-26 08:30", ANN),
    ],
)
def test_s06_turns_are_handed_over_at_the_same_wall_time(moment: str, who: uuid.UUID | None) -> None:
    assert next(iter(called(WEEKLY, [], [], local(moment))), None) == who


def test_who_is_away_is_passed_over_and_who_takes_over_comes_first() -> None:
    moment = local("2026-01-06 12:00")
    away = [Stretch(ANN, local("2026-01-06 00:00"), local("2026-01-07 00:00"))]
    taken = [Stretch(CAT, local("2026-01-06 09:00"), local("2026-01-06 18:00"))]
    assert called(WEEKLY, [], [], moment) == [ANN, BEN, CAT]
    assert called(WEEKLY, [], away, moment) == [BEN, CAT]
    assert called(WEEKLY, taken, [], moment) == [CAT, ANN, BEN]
    assert called(WEEKLY, taken, away, moment) == [CAT, BEN]
    everybody = [Stretch(person, moment, moment + timedelta(hours=1)) for person in (ANN, BEN, CAT)]
    assert called(WEEKLY, [], everybody, moment) == []
    # Whoever takes over is there, whatever their calendar says.
    assert called(WEEKLY, taken, everybody, moment) == [CAT]


SPRING = local("2026-03-20 00:00")
stretches = st.lists(
    st.builds(
        lambda person, start, hours: Stretch(
            person, SPRING + timedelta(hours=start), SPRING + timedelta(hours=start + hours)
        ),
        st.sampled_from([ANN, BEN, CAT]),
        st.integers(0, 500),
        st.integers(1, 100),
    ),
    max_size=4,
)


@given(stretches, stretches, st.integers(1, 9), st.integers(0, 28 * 24 - 1))
def test_the_plan_says_of_every_hour_what_the_moment_says(
    taken: list[Stretch], away: list[Stretch], turn_days: int, hour: int
) -> None:
    turns = Turns((ANN, BEN, CAT), BERLIN, date(2026, 3, 1), time(8, 30), turn_days)
    start = local("2026-03-20 00:00").astimezone(UTC)
    end = start + timedelta(days=28)
    plan = shifts(turns, taken, away, start, end)
    assert plan[0][0] == start
    assert plan[-1][1] == end
    assert all(one[1] == two[0] and one[2] != two[2] for one, two in pairwise(plan))
    moment = start + timedelta(hours=hour)
    (who,) = [row[2] for row in plan if row[0] <= moment < row[1]]
    assert who == next(iter(called(turns, taken, away, moment)), None)


NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)


def rota(house: AgencyFixture, **more: Any) -> Rota:
    """A weekly rota of owner and engineer that began in January; call it inside the house's scope."""
    values: dict[str, Any] = {
        "name": f"First line {random_id()}",
        "zone": "Europe/Berlin",
        "first_day": date(2026, 1, 5),
        "handover_at": time(8, 30),
        "turn_days": 7,
        "people": [house.owner.id, house.engineer.id],
    }
    return services.save_rota(**(values | more))


def test_a_rota_is_kept_and_says_who_is_called(cast: Cast) -> None:
    house = cast.north
    with clock.at(NOW), house.scope():
        row = rota(house)
        # The twenty-second turn, handed over an hour and a half before.
        assert selectors.on_call(NOW, row.id) == [house.engineer.id, house.owner.id]
        assert selectors.on_call(NOW) == selectors.on_call(NOW, row.id)
        services.take_time_off(user_id=house.engineer.id, starts_at=NOW, ends_at=NOW + timedelta(days=1))
        assert selectors.on_call(NOW, row.id) == [house.owner.id]
        services.take_over(rota_id=row.id, user_id=house.manager.id, starts_at=NOW, ends_at=NOW + timedelta(hours=2))
        assert selectors.on_call(NOW, row.id) == [house.manager.id, house.owner.id]
        (duty,) = selectors.duties(NOW)
        assert [who for _from, _to, who in duty.shifts][:3] == [house.manager.id, house.owner.id, house.engineer.id]


def test_a_change_of_a_rota_keeps_its_name_and_place(cast: Cast) -> None:
    house = cast.north
    with clock.at(NOW), house.scope():
        row = rota(house)
        again = rota(house, rota_id=row.id, name=row.name, people=[house.manager.id])
        assert again.id == row.id
        assert selectors.on_call(NOW, row.id) == [house.manager.id]
        services.delete_rota(rota_id=row.id)
        assert selectors.on_call(NOW, row.id) == []
        assert selectors.on_call(NOW) == []


def test_who_left_the_staff_is_called_no_more(cast: Cast) -> None:
    house = cast.north
    with clock.at(NOW), house.scope():
        row = rota(house)
        member = member_of_user(house.engineer.id)
        assert member is not None
        end_membership(member_id=member.id)
        assert selectors.on_call(NOW, row.id) == [house.owner.id]


def test_two_stretches_of_one_rota_never_overlap(cast: Cast) -> None:
    house = cast.north
    with clock.at(NOW), house.scope():
        row, other = rota(house), rota(house)
        taken: dict[str, Any] = {"user_id": house.manager.id, "starts_at": NOW, "ends_at": NOW + timedelta(hours=2)}
        made = services.take_over(rota_id=row.id, **taken)
        with pytest.raises(Conflict):
            services.take_over(
                rota_id=row.id,
                user_id=house.owner.id,
                starts_at=NOW + timedelta(hours=1),
                ends_at=NOW + timedelta(hours=3),
            )
        services.take_over(rota_id=other.id, **taken)
        after: dict[str, Any] = {"starts_at": NOW + timedelta(hours=2), "ends_at": NOW + timedelta(hours=3)}
        services.take_over(rota_id=row.id, user_id=house.owner.id, **after)
        services.give_back(override_id=made.id)
        assert selectors.on_call(NOW, row.id)[0] == house.engineer.id


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"name": " "}, "name"),
    "a turn of no days": ({"turn_days": 0}, "turn_days"),
    "a turn of a year": ({"turn_days": 366}, "turn_days"),
    "no people": ({"people": []}, "people"),
    "a stranger": ({"people": [random_id()]}, "people"),
    "somebody who may only look": ({"people": "viewer"}, "people"),
    "an unknown zone": ({"zone": "Mars/Base"}, "zone"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_rota_can_be_is_refused_by_its_field(cast: Cast, case: str) -> None:
    changed, field = REFUSED[case]
    if changed.get("people") == "viewer":
        changed = {"people": [cast.north.viewer.id]}
    with clock.at(NOW), cast.north.scope(), pytest.raises(DomainError) as refused:
        rota(cast.north, **changed)
    assert refused.value.field == field


def test_a_name_is_there_once_and_other_agencies_rotas_are_not_there(cast: Cast) -> None:
    with clock.at(NOW), cast.north.scope():
        row = rota(cast.north, name="First line")
        with pytest.raises(DomainError):
            rota(cast.north, name="First line")
    with clock.at(NOW), cast.south.scope():
        rota(cast.south, name="First line")
        assert selectors.on_call(NOW, row.id) == []
        with pytest.raises(NotFound):
            services.delete_rota(rota_id=row.id)
        with pytest.raises(NotFound):
            services.take_over(
                rota_id=row.id, user_id=cast.south.owner.id, starts_at=NOW, ends_at=NOW + timedelta(hours=1)
            )


@pytest.mark.parametrize(
    ("starts", "ends"), [(2, 1), (1, 1), (-3, -1), (0, 24 * 400)], ids=["backwards", "empty", "over", "too long"]
)
def test_a_stretch_has_an_order_and_an_end_ahead(cast: Cast, starts: int, ends: int) -> None:
    house = cast.north
    with clock.at(NOW), house.scope(), pytest.raises(DomainError) as refused:
        services.take_time_off(
            user_id=house.owner.id, starts_at=NOW + timedelta(hours=starts), ends_at=NOW + timedelta(hours=ends)
        )
    assert refused.value.field == "ends_at"


def test_time_off_can_be_taken_back_once(cast: Cast) -> None:
    house = cast.north
    with clock.at(NOW), house.scope():
        row = rota(house)
        away = services.take_time_off(user_id=house.engineer.id, starts_at=NOW, ends_at=NOW + timedelta(days=1))
        assert list(selectors.time_off()) == [away]
        services.cancel_time_off(time_off_id=away.id)
        assert selectors.on_call(NOW, row.id)[0] == house.engineer.id
        with pytest.raises(NotFound):
            services.cancel_time_off(time_off_id=away.id)
