"""Who hears of an open promise when: steps of an escalation, in open time, and hours in which nobody is disturbed.

A step is reached when so much of the promise's open time is used, before its deadline or after it. Waiting for the
client reaches none. At night a step waits for the morning, unless the severity is serious or the step says
otherwise.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from slas.engine import HorizonError, Judgement, Terms, compile_calendar, from_instant, load_zone, to_instant

OWNER, ON_CALL, ON_CALL_NEXT = "owner", "on_call", "on_call_next"
ACCOUNT_MANAGER, AGENCY_OWNER = "account_manager", "agency_owner"
# Whom a step can call besides one person ("person:" and the id) and one rota ("on_call:" and its id).
ADDRESSEES = (OWNER, ON_CALL, ON_CALL_NEXT, ACCOUNT_MANAGER, AGENCY_OWNER)
PERSON, ROTA = "person:", "on_call:"
# These are worth waking somebody for.
SERIOUS = frozenset({"critical", "high"})


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """Whom to call, and when: at a per cent of the target or after so many open seconds. One of the two is set."""

    to: str
    metric: str = "first_response"
    percent: int | None = None
    seconds: int | None = None
    # Empty: all.
    severities: tuple[str, ...] = ()
    at_night: bool = False

    def concerns(self, metric: str, severity: str) -> bool:
        """Whether it is a step of this promise."""
        return self.metric == metric and (not self.severities or severity in self.severities)

    def threshold(self, target_seconds: int) -> int:
        """Used open seconds at which it is reached, rounded up."""
        return -(-target_seconds * self.percent // 100) if self.percent is not None else self.seconds or 0

    @property
    def key(self) -> str:
        """What it is told under: the same for the same step of another version, so that nobody is called twice."""
        return _key(self)

    def to_json(self) -> dict[str, Any]:
        """What ``EscalationPolicy.from_json`` reads."""
        when = {"seconds": self.seconds} if self.percent is None else {"percent": self.percent}
        severities, night = list(self.severities), self.at_night
        return {"to": self.to, "metric": self.metric, **when, "severities": severities, "at_night": night}


@lru_cache(maxsize=4096)
def _key(step: EscalationStep) -> str:
    return hashlib.sha256(repr(step.to_json()).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """The steps in the order in which they were written, and the local hours in which nobody is disturbed."""

    steps: tuple[EscalationStep, ...] = ()
    quiet: tuple[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """``{"rungs": [...], "quiet": ["20:00", "07:00"]}``; empty where nobody is called."""
        if not self.steps:
            return {}
        return {"rungs": [step.to_json() for step in self.steps], "quiet": list(self.quiet or ())}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> EscalationPolicy:
        """Reads what ``to_json`` wrote."""
        quiet = data.get("quiet") or None
        steps = (
            EscalationStep(**{**step, "severities": tuple(step.get("severities", ()))})
            for step in data.get("rungs", ())
        )
        return cls(tuple(steps), (quiet[0], quiet[1]) if quiet else None)

    def heard_at(self, step: EscalationStep, severity: str, instant: int, zone: str) -> int:
        """The instant itself, or the end of the quiet hours that it lies in."""
        if self.quiet is None or step.at_night or severity in SERIOUS:
            return instant
        return after_quiet(instant, self.quiet, zone)


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step that was reached: its key, whom it calls, and when it was reached."""

    key: str
    to: str
    at: int
    # A later step calls the same people now; once is enough.
    silent: bool


def due_steps(
    escalation: EscalationPolicy, *, metric: str, severity: str, judgement: Judgement, told: Iterable[str], now: int
) -> tuple[list[DueStep], int | None]:
    """The steps that are to be told now, and the next instant at which time alone may bring one more.

    ``told`` are the keys of those that have been told. Nothing is reached once the promise has ended. Up to a date that
    was agreed by hand the time of waiting counts too, because no wait moves that date.
    """
    if judgement.satisfied_at is not None or judgement.cancelled_at is not None:
        return [], None
    known, reached, ahead = set(told), list[tuple[EscalationStep, int]](), list[int]()
    for step in escalation.steps:
        if not step.concerns(metric, severity) or step.key in known:
            continue
        threshold = step.threshold(judgement.target_seconds)
        at = _reached(judgement, threshold, now)
        heard = None if at is None else escalation.heard_at(step, severity, now, judgement.terms.calendar.zone)
        if at is None or heard is None:
            ahead += _upcoming(judgement, threshold, now)
        elif heard > now:
            ahead.append(heard)
        else:
            reached.append((step, at))
    last = {step.to: step.key for step, _at in reached}
    return [DueStep(step.key, step.to, at, step.key != last[step.to]) for step, at in reached], min(ahead, default=None)


def _on_the_way_to_a_date(judgement: Judgement, threshold: int) -> int | None:
    """When so much open time has passed since the start, for a date agreed by hand; None for a duration."""
    if judgement.terms.agreed_at is None or judgement.started_at is None:
        return None
    return compile_calendar(judgement.terms.calendar).add_open(judgement.started_at, threshold)


def _reached(judgement: Judgement, threshold: int, now: int) -> int | None:
    """When so much was used, walking back from the end; None while it is not."""
    dated = _on_the_way_to_a_date(judgement, threshold)
    if dated is not None:
        return dated if dated <= now else None
    over = judgement.used_seconds - threshold
    if over < 0 or judgement.started_at is None:
        return None
    for segment in reversed(judgement.segments):
        if segment.kind == "open":
            if over <= segment.seconds:
                return segment.to - over
            over -= segment.seconds
    return judgement.started_at


def _upcoming(judgement: Judgement, threshold: int, now: int) -> Sequence[int]:
    """When it will be used if nothing happens; nothing while somebody is waited on."""
    dated = _on_the_way_to_a_date(judgement, threshold)
    if dated is not None:
        return (max(now + 1, dated),)
    if judgement.state == "paused" or judgement.waiting_on is not None:
        return ()
    try:
        return (_after(judgement.terms, now, threshold - judgement.used_seconds),)
    except HorizonError:
        return ()


def _after(terms: Terms, now: int, seconds: int) -> int:
    return max(now + 1, compile_calendar(terms.calendar).add_open(now, seconds))


def after_quiet(instant: int, quiet: tuple[str, str], zone: str) -> int:
    """The instant, or the local end of the quiet hours in which it lies. They may run over midnight."""
    local = from_instant(instant).astimezone(load_zone(zone))
    start, end = (datetime.time.fromisoformat(text) for text in quiet)
    wall = local.time()
    over_midnight = start >= end
    inside = wall >= start or wall < end if over_midnight else start <= wall < end
    if not inside:
        return instant
    day = local.date() + datetime.timedelta(days=1 if over_midnight and wall >= start else 0)
    return to_instant(datetime.datetime.combine(day, end, local.tzinfo))
