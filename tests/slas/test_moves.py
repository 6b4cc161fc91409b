"""A newer policy or calendar over open clocks: counted before anybody decides, moved forward only, batch by batch."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import OperationalError

from core import clock
from core.errors import Conflict, NotFound
from slas import services
from slas.bulk_retarget import plan
from slas.bulk_retarget import services as bulk_retarget
from slas.models import Clock, TermsMove
from tests.cast import Cast, random_id
from tests.slas.scenario import HOUR, OFFICE, SlaScenario, sweep, utc


@pytest.fixture
def desk(cast: Cast) -> SlaScenario:
    """Eight office hours for a resolution."""
    return SlaScenario(cast.north, {"resolution": 8 * HOUR})


def newer(desk: SlaScenario, moment: str, seconds: int = 4 * HOUR, metric: str = "resolution") -> uuid.UUID:
    """The policy's second version."""
    target = {"severity": "high", "metric": metric, "seconds": seconds, "calendar_version_id": desk.calendar.id}
    with desk.at(moment):
        return services.new_policy_version(policy_id=desk.policy.policy_id, targets=[target]).id


def step(moment: str, times: int = 20) -> int:
    """What the worker does until nothing is left."""
    dealt = 0
    with clock.at(utc(moment)):
        for _pass in range(times):
            now = services.step_moves()
            dealt += now
            if not now:
                break
    return dealt


def prepared(desk: SlaScenario, moment: str, **what: Any) -> TermsMove:
    with desk.at(moment):
        move = services.prepare_move(**what)
    step(moment)
    return state(desk, move)


def applied(desk: SlaScenario, move: TermsMove, moment: str) -> TermsMove:
    with desk.at(moment):
        services.apply_move(move_id=move.id)
    step(moment)
    return state(desk, move)


def state(desk: SlaScenario, move: TermsMove) -> TermsMove:
    with desk.house.scope():
        return TermsMove.objects.get(id=move.id)


def test_counting_says_what_would_move_and_moves_nothing(desk: SlaScenario) -> None:
    """Of three open ones the eldest would be missed at once, and one is over already."""
    eldest, young = desk.start("2026-06-01 07:00"), desk.start("2026-06-01 12:00")
    done = desk.start("2026-06-01 07:00")
    desk.record(done, "satisfy", "2026-06-01 08:00")
    version = newer(desk, "2026-06-01 12:30")
    before = [desk.clock(subject).due_at for subject in (eldest, young)]
    move = prepared(desk, "2026-06-01 12:30", policy_version_id=version)
    assert (move.state, move.total, move.dealt_with) == ("ready", 2, 2)
    assert move.counts == {"moved": 2, "sooner": 2, "missed": 1}
    assert [desk.clock(subject).due_at for subject in (eldest, young)] == before
    assert desk.events(eldest) == ["start"]


def test_moving_comes_to_what_was_counted_and_carries_the_time_used(desk: SlaScenario) -> None:
    eldest, young = desk.start("2026-06-01 07:00"), desk.start("2026-06-01 12:00")
    version = newer(desk, "2026-06-01 12:30")
    move = prepared(desk, "2026-06-01 12:30", policy_version_id=version)
    counted = move.counts
    move = applied(desk, move, "2026-06-01 12:30")
    assert (move.state, move.counts) == ("done", counted)
    # Half an hour of the four is used, and at 14:30 in Berlin two and a half are left of the day.
    assert desk.clock(young).due_at == utc("2026-06-02 08:00")
    assert desk.clock(young).policy_version_id == version
    sweep("2026-06-01 12:31")
    assert desk.clock(eldest).state == "breached"
    assert desk.told(eldest)[-1:] == ["breach"]


def test_what_was_missed_or_is_over_stays_as_it_is(desk: SlaScenario) -> None:
    missed = desk.start("2026-06-01 07:00")
    sweep("2026-06-03 08:00")
    version = newer(desk, "2026-06-03 08:00", 40 * HOUR)
    move = applied(desk, prepared(desk, "2026-06-03 08:00", policy_version_id=version), "2026-06-03 08:00")
    assert move.total == 0
    assert desk.clock(missed).state == "breached"
    assert "retarget" not in desk.events(missed)


def test_a_miss_that_nobody_has_seen_yet_is_no_less_a_miss(desk: SlaScenario) -> None:
    """The sweeper was away: the deadline passed before the longer one was agreed."""
    missed = desk.start("2026-06-01 07:00")
    version = newer(desk, "2026-06-03 08:00", 40 * HOUR)
    move = applied(desk, prepared(desk, "2026-06-03 08:00", policy_version_id=version), "2026-06-03 08:00")
    assert move.counts == {"same": 1}
    sweep("2026-06-03 08:01")
    assert desk.clock(missed).breached_at == utc("2026-06-01 15:00")


def test_a_longer_promise_takes_a_warning_back(desk: SlaScenario) -> None:
    at_risk = desk.start("2026-06-01 07:00")
    sweep("2026-06-01 14:30")
    assert desk.clock(at_risk).state == "at_risk"
    version = newer(desk, "2026-06-01 14:30", 24 * HOUR)
    move = applied(desk, prepared(desk, "2026-06-01 14:30", policy_version_id=version), "2026-06-01 14:30")
    assert move.counts == {"moved": 1, "later": 1, "no_longer_at_risk": 1}
    assert desk.clock(at_risk).state == "running"


def test_what_is_no_longer_promised_ends(desk: SlaScenario) -> None:
    subject = desk.start("2026-06-01 08:00")
    version = newer(desk, "2026-06-01 08:10", metric="mitigation")
    move = applied(desk, prepared(desk, "2026-06-01 08:10", policy_version_id=version), "2026-06-01 08:10")
    assert move.counts == {"dropped": 1}
    assert desk.clock(subject).state == "cancelled"


def test_s44_a_changed_calendar_reaches_open_clocks_once_somebody_says_so(desk: SlaScenario) -> None:
    """A holiday on the next day: eight hours from noon end a day later."""
    subject = desk.start("2026-06-01 10:00")
    assert desk.clock(subject).due_at == utc("2026-06-02 10:00")
    with desk.at("2026-06-01 10:30"):
        version = services.new_calendar_version(
            calendar_id=desk.calendar.calendar_id, spec=OFFICE | {"dates": {"2026-06-02": []}}
        )
    assert desk.clock(subject).due_at == utc("2026-06-02 10:00")
    move = prepared(desk, "2026-06-01 10:30", calendar_version_id=version.id)
    assert move.counts == {"moved": 1, "later": 1}
    applied(desk, move, "2026-06-01 10:30")
    assert desk.clock(subject).due_at == utc("2026-06-03 10:00")


def test_other_policies_and_other_calendars_are_left_alone(desk: SlaScenario) -> None:
    with desk.at("2026-06-01 08:00"):
        mine, desk.calendar = desk.calendar, services.create_calendar(name="Other", spec=OFFICE)
        other = desk.new_policy({"resolution": 8 * HOUR})
    subject = desk.start("2026-06-01 08:00", policy_version_id=other.id)
    with desk.at("2026-06-01 08:30"):
        version = services.new_calendar_version(
            calendar_id=mine.calendar_id, spec=OFFICE | {"dates": {"2026-06-01": []}}
        )
    assert prepared(desk, "2026-06-01 08:30", calendar_version_id=version.id).total == 0
    assert prepared(desk, "2026-06-01 08:30", policy_version_id=newer(desk, "2026-06-01 08:30")).total == 0
    assert desk.events(subject) == ["start"]


def test_a_paused_clock_moves_and_goes_on_waiting(desk: SlaScenario) -> None:
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "pause", "2026-06-01 09:00", party="client", reason="A question")
    version = newer(desk, "2026-06-01 10:00", 2 * HOUR)
    applied(desk, prepared(desk, "2026-06-01 10:00", policy_version_id=version), "2026-06-01 10:00")
    row = desk.clock(subject)
    assert (row.state, row.consumed_seconds) == ("paused", HOUR)
    desk.record(subject, "resume", "2026-06-01 11:00", party="client")
    assert desk.clock(subject).due_at == utc("2026-06-01 12:00")


def test_it_goes_batch_by_batch_and_on_from_where_somebody_died(
    desk: SlaScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_retarget, "BATCH", 3)
    subjects = [desk.start("2026-06-01 08:00") for _subject in range(8)]
    version = newer(desk, "2026-06-01 08:30")
    move = prepared(desk, "2026-06-01 08:30", policy_version_id=version)
    assert (move.state, move.dealt_with) == ("ready", 8)
    with desk.at("2026-06-01 08:30"):
        services.apply_move(move_id=move.id)
    step("2026-06-01 08:30", times=1)
    assert state(desk, move).dealt_with == 3
    with monkeypatch.context() as gone:
        gone.setattr(plan, "append", raising(OperationalError("the server went away")))
        step("2026-06-01 08:30", times=1)
    # What the batch had written went with it, and the lease lets others on after a minute.
    assert state(desk, move).dealt_with == 3
    assert step("2026-06-01 08:30") == 0
    assert step("2026-06-01 08:32") == 5
    assert [desk.events(subject) for subject in subjects] == [["start", "retarget"]] * 8
    assert state(desk, move).counts["moved"] == 8


def raising(error: Exception) -> Any:
    def fails(*_args: Any, **_more: Any) -> None:
        raise error

    return fails


def test_one_bad_clock_is_counted_and_keeps_no_other_from_its_terms(desk: SlaScenario) -> None:
    good, bad, other = [desk.start("2026-06-01 08:00") for _subject in range(3)]
    move = prepared(desk, "2026-06-01 08:30", policy_version_id=newer(desk, "2026-06-01 08:30"))
    with desk.at("2026-06-01 08:30"):
        Clock.objects.filter(subject_id=bad).update(terms={"calendar": "none"})
    move = applied(desk, move, "2026-06-01 08:30")
    assert (move.state, move.counts["moved"], move.counts["failed"]) == ("done", 2, 1)
    assert [desk.events(subject) for subject in (good, bad, other)] == [
        ["start", "retarget"],
        ["start"],
        ["start", "retarget"],
    ]


def test_alerts_keep_their_time_while_clocks_move(desk: SlaScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight clocks are on their way, two at a time; one of another policy falls due in between and is told at once."""
    monkeypatch.setattr(bulk_retarget, "BATCH", 2)
    with desk.at("2026-06-01 07:00"):
        other = desk.new_policy({"resolution": 8 * HOUR})
    due = desk.start("2026-06-01 07:00", policy_version_id=other.id)
    others = [desk.start("2026-06-01 14:00") for _subject in range(8)]
    move = prepared(desk, "2026-06-01 14:59", policy_version_id=newer(desk, "2026-06-01 14:59", 9 * HOUR))
    with desk.at("2026-06-01 14:59"):
        services.apply_move(move_id=move.id)
    step("2026-06-01 14:59", times=1)
    assert sum("retarget" in desk.events(subject) for subject in others) == 2
    sweep("2026-06-01 15:01")
    assert desk.told(due)[-1:] == ["breach"]
    step("2026-06-01 15:01")
    assert all(desk.events(subject)[-1] == "retarget" for subject in others)


def test_what_was_decided_is_decided_once(desk: SlaScenario) -> None:
    desk.start("2026-06-01 08:00")
    move = prepared(desk, "2026-06-01 08:30", policy_version_id=newer(desk, "2026-06-01 08:30"))
    applied(desk, move, "2026-06-01 08:30")
    with desk.at("2026-06-01 08:31"):
        for decide in (services.apply_move, services.discard_move):
            with pytest.raises(Conflict):
                decide(move_id=move.id)
        with pytest.raises(NotFound):
            services.apply_move(move_id=random_id())


def test_a_discarded_move_is_never_taken_up(desk: SlaScenario) -> None:
    subject = desk.start("2026-06-01 08:00")
    version = newer(desk, "2026-06-01 08:30")
    with desk.at("2026-06-01 08:30"):
        move = services.prepare_move(policy_version_id=version)
        services.discard_move(move_id=move.id)
    assert step("2026-06-01 08:31") == 0
    assert desk.events(subject) == ["start"]
    assert desk.audited("slas.move.discarded") == 1


def test_another_agencys_clocks_are_not_touched(desk: SlaScenario, cast: Cast) -> None:
    theirs = SlaScenario(cast.south, {"resolution": 8 * HOUR})
    subject = theirs.start("2026-06-01 08:00")
    desk.start("2026-06-01 08:00")
    move = prepared(desk, "2026-06-01 08:30", policy_version_id=newer(desk, "2026-06-01 08:30"))
    assert move.total == 1
    with theirs.at("2026-06-01 08:30"), pytest.raises(NotFound):
        services.apply_move(move_id=move.id)
    applied(desk, move, "2026-06-01 08:30")
    assert theirs.events(subject) == ["start"]


def test_a_move_of_long_ago_is_still_counted(desk: SlaScenario) -> None:
    move = TermsMove(counts={"moved": 3, "relieved": 2})
    assert (move.counted("moved"), move.counted("no_longer_at_risk"), move.counted("missed")) == (3, 2, 0)
