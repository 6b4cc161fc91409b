"""The pure judgement: rows of good and bad, and what a missing value does to them, which is nothing."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from monitoring.polling.evaluate import Rule, Streaks, Told, Verdict, compare, judge_value, step

VERDICTS = st.lists(st.sampled_from(["good", "bad", "unknown"]), max_size=60)
COUNTS = st.integers(1, 5)


def _changes(verdicts: Sequence[Verdict], rule: Rule) -> list[tuple[int, str]]:
    state, told = Streaks("unknown"), Told()
    found: list[tuple[int, str]] = []
    for place, verdict in enumerate(verdicts):
        state = step(state, verdict, rule)
        told, news = compare(told, bad=state.health == rule.bad_health, lost=None)
        found += [(place, one.change) for one in news]
    return found


@given(VERDICTS, COUNTS, COUNTS)
def test_it_fires_and_recovers_in_turns(verdicts: list[Verdict], bad: int, good: int) -> None:
    changes = [change for _place, change in _changes(verdicts, Rule(bad, good, "down"))]
    assert changes == [("fired", "recovered")[place % 2] for place in range(len(changes))]


@given(VERDICTS, COUNTS, COUNTS)
def test_m37_unknown_results_change_nothing_about_when_it_fires_and_recovers(
    verdicts: list[Verdict], bad: int, good: int
) -> None:
    """Taking them out leaves the same changes, each at the same good or bad result."""
    rule = Rule(bad, good, "down")
    known = [place for place, verdict in enumerate(verdicts) if verdict != "unknown"]
    alone = _changes([verdicts[place] for place in known], rule)
    assert _changes(verdicts, rule) == [(known[place], change) for place, change in alone]


@given(VERDICTS, COUNTS, COUNTS)
def test_every_change_is_preceded_by_a_full_row(verdicts: list[Verdict], bad: int, good: int) -> None:
    """An oracle that counts backwards: the last known results before a change are all of its kind."""
    for place, change in _changes(verdicts, Rule(bad, good, "down")):
        known = [verdict for verdict in verdicts[: place + 1] if verdict != "unknown"]
        kind, count = ("bad", bad) if change == "fired" else ("good", good)
        assert known[-count:] == [kind] * count


def test_three_unknown_results_make_a_healthy_state_unknown_and_leave_a_bad_one() -> None:
    rule = Rule(1, 1, "down")
    for before, after in (("healthy", "unknown"), ("down", "down")):
        state = Streaks(before)
        for _result in range(3):
            state = step(state, "unknown", rule)
        assert state.health == after


def test_between_limit_and_clearing_limit_a_value_is_what_it_was() -> None:
    for fired in (False, True):
        expected = "bad" if fired else "good"
        assert judge_value(4.0, comparison="above", limit=5.0, clear_limit=3.0, fired=fired) == expected
        assert judge_value(0.78, comparison="below", limit=0.77, clear_limit=0.80, fired=fired) == expected


def test_the_limit_itself_is_kept_and_the_clearing_limit_clears() -> None:
    for comparison in ("above", "below"):
        assert judge_value(5.0, comparison=comparison, limit=5.0, clear_limit=5.0, fired=False) == "good"
        assert judge_value(5.0, comparison=comparison, limit=5.0, clear_limit=5.0, fired=True) == "good"
    assert judge_value(None, comparison="above", limit=5.0, clear_limit=5.0, fired=True) == "unknown"
