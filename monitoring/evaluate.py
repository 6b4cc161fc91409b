"""Judges one result against what was before: bad several times in a row fires, good several times in a row clears.

Pure. A missing value neither fires nor clears, and a state that has fired stays until enough good values have come.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Verdict = Literal["good", "bad", "unknown"]
Change = Literal["fired", "recovered", "lost", "found", ""]

UNKNOWN_AFTER = 3


class Streaks(NamedTuple):
    """The state of a check or of a threshold: its health and how many results of each kind came last in a row."""

    health: str
    bad: int = 0
    good: int = 0
    unknown: int = 0


class Rule(NamedTuple):
    """How many bad results fire, how many good ones clear, and what it is called when it has fired."""

    bad_count: int
    good_count: int
    bad_health: str


def step(before: Streaks, verdict: Verdict, rule: Rule) -> tuple[Streaks, Change]:
    """The streaks after one more result, and whether it fired or recovered."""
    fired = before.health == rule.bad_health
    if verdict == "unknown":
        after = before._replace(unknown=before.unknown + 1)
        lost = after.unknown >= UNKNOWN_AFTER and not fired
        return (after._replace(health="unknown") if lost else after), ""
    if verdict == "bad":
        bad = before.bad + 1
        fires = not fired and bad >= rule.bad_count
        return Streaks(rule.bad_health if fires else before.health, bad=bad), "fired" if fires else ""
    # Counted no further than the rule asks, so that a row that stays well stays as it is.
    good = min(before.good + 1, rule.good_count)
    recovers = fired and good >= rule.good_count
    health = before.health if fired and not recovers else "healthy"
    return Streaks(health, good=good), "recovered" if recovers else ""


def silence(before: Streaks, after: Streaks, *, counted: bool = True) -> Change:
    """Whether a value was lost or found with this result: unknown so many times in a row that somebody should look.

    Apart from firing and recovering, because a value that is not there is neither bad nor good. ``counted`` is False
    where the result before could not tell (the whole answer had failed), so that the loss is noticed with this one.
    """
    if after.unknown >= UNKNOWN_AFTER and (before.unknown < UNKNOWN_AFTER or not counted):
        return "lost"
    return "found" if before.unknown >= UNKNOWN_AFTER and after.unknown == 0 else ""


def judge_value(value: float | None, *, comparison: str, limit: float, clear_limit: float, fired: bool) -> Verdict:
    """Bad beyond the limit; once fired, bad until the value is back at the clear limit."""
    if value is None:
        return "unknown"
    line = clear_limit if fired else limit
    if comparison == "above":
        return "bad" if value > line else "good"
    return "bad" if value < line else "good"


def own_trouble(outcomes: list[tuple[str, bool, bool]]) -> bool:
    """True where so many unrelated targets fail at once that the trouble is ours.

    Each outcome is (host, failed on the network now, was well before). At least five hosts that were well, and more
    than 30 % of all hosts seen, must fail together.
    """
    hosts = {host for host, _failed, _well in outcomes}
    failing = {host for host, failed, well in outcomes if failed and well}
    return len(failing) >= 5 and len(failing) > 0.3 * len(hosts)
