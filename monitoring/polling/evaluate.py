"""Judges one result against what was before: bad several times in a row fires, good several times in a row clears.

Pure. A missing value neither fires nor clears, and a state that has fired stays until enough good values have come.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Verdict = Literal["good", "bad", "unknown"]
Change = Literal["fired", "recovered", "lost", "found", "unwatched"]

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


class Told(NamedTuple):
    """What has been told of a check or of a limit: how many transitions, and the serials of those that have begun and
    not ended. A serial is the number of the transition that began it."""

    transitions: int = 0
    firing: int | None = None
    no_data: int | None = None


class Transition(NamedTuple):
    """One thing to tell: its place in the order of its subject, and the serial of what it begins or ends."""

    change: Change
    serial: int
    seq: int


def step(before: Streaks, verdict: Verdict, rule: Rule) -> Streaks:
    """The streaks after one more result."""
    fired = before.health == rule.bad_health
    if verdict == "unknown":
        after = before._replace(unknown=before.unknown + 1)
        return after._replace(health="unknown") if after.unknown >= UNKNOWN_AFTER and not fired else after
    if verdict == "bad":
        bad = before.bad + 1
        return Streaks(rule.bad_health if fired or bad >= rule.bad_count else before.health, bad=bad)
    # Counted no further than the rule asks, so that a row that stays well stays as it is.
    good = min(before.good + 1, rule.good_count)
    recovers = good >= rule.good_count
    return Streaks(before.health if fired and not recovers else "healthy", good=good)


def compare(told: Told, *, bad: bool, lost: bool | None) -> tuple[Told, list[Transition]]:
    """What there is to tell where this is how it stands, and what has been told then.

    From the state alone and not from the step that led to it, so that nothing that was missed stays untold. A value
    that is lost is told apart from firing and recovering, because one that is not there is neither bad nor good;
    ``lost`` is None where the result cannot tell.
    """
    transitions: list[Transition] = []
    for begun, begins, ends, now in (("firing", "fired", "recovered", bad), ("no_data", "lost", "found", lost)):
        serial = getattr(told, begun)
        if now is None or now == (serial is not None):
            continue
        seq = told.transitions + 1
        change: Any = begins if now else ends
        transitions.append(Transition(change, serial or seq, seq))
        told = told._replace(transitions=seq, **{begun: seq if now else None})
    return told, transitions


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
