"""What the subjects answered, beside what was judged of them: no illness without a firing, and no firing without one.

The answers are those that the subjects themselves wrote down. Some never reached the database, because whoever had
asked was killed or stood still; how many is bounded by the faults that touched the subject in that very time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from monitoring.models import Check
from tests.chaos.books import DEGRADED, ERROR, FOREVER, GOOD, MISSING, REFUSED, SILENT, Answer, Page, Phase
from tests.chaos.facts.alerts import Firing, firings_of
from tests.chaos.facts.stored import Stored
from tests.chaos.hurts import Hurts, seconds_in

# From an answer until it is stored: its time-out, a commit every quarter second, and a busy machine.
LATE = 6.0
# Between being due and being asked: two ticks, and a busy machine.
SLACK = 4.0
UNKNOWN_AFTER = 3


@dataclass(frozen=True)
class Subject:
    """What can be ill of a check: the check itself, one of its limits, or a value that does not come."""

    fingerprint: str
    bad_words: frozenset[str]
    good_words: frozenset[str]
    bad_count: int
    good_count: int
    # How many bad answers must have been seen at least. While the whole answer fails, a value is missing as well, so
    # that the first answer without it may be the one that tells.
    at_least: int


@dataclass(frozen=True)
class Run:
    """Answers in a row that were all bad or all good, with nothing done to the check in between."""

    bad: bool
    answers: tuple[Answer, ...]

    @property
    def since(self) -> float:
        """The first answer."""
        return self.answers[0].at

    @property
    def until(self) -> float:
        """The last one."""
        return self.answers[-1].at


def find(stored: Stored, pages: dict[str, Page], hurts: Hurts, ended: float) -> Iterator[str]:
    """What is wrong with what was judged. ``ended`` is when the oracle looks."""
    firings = firings_of(stored)
    open_now = {row.fingerprint for row in stored.alerts if row.recovered_at is None}
    for check in sorted(stored.checks.values(), key=lambda row: row.name):
        page = pages.get(check.name, Page())
        for subject in subjects_of(stored, check):
            told = firings.get(subject.fingerprint, [])
            said = [
                *_runs_were_judged(subject, page, told, hurts),
                *_firings_were_right(subject, check, page, told, hurts),
            ]
            said += [*_silence_was_judged(subject, check, page, told, hurts, ended), *_stands(subject, page, open_now)]
            for one in said:
                yield f"{check.name} ({subject.fingerprint}): {one}"


def subjects_of(stored: Stored, check: Check) -> list[Subject]:
    """The check, and of each of its limits the value and its absence."""
    answered = frozenset({GOOD, DEGRADED, MISSING})
    rows = [
        Subject(f"check:{check.id}", frozenset({ERROR}), answered, check.bad_count, check.good_count, check.bad_count)
    ]
    for limit in stored.thresholds:
        if limit.source_check_id == check.id:
            counts, key = (limit.bad_count, limit.good_count, limit.bad_count), f"threshold:{limit.id}"
            rows.append(Subject(key, frozenset({DEGRADED}), frozenset({GOOD}), *counts))
            values = frozenset({GOOD, DEGRADED})
            rows.append(Subject(f"no-data:{key}", frozenset({MISSING}), values, UNKNOWN_AFTER, 1, 1))
    return rows


def runs_of(subject: Subject, page: Page) -> list[Run]:
    """Its answers cut where they change, and where something was done to the check."""
    rows: list[Run] = []
    known = [one for one in page.answers if one.word in subject.bad_words | subject.good_words]

    def which(one: Answer) -> tuple[bool, int]:
        return one.word in subject.bad_words, sum(touch.since <= one.at for touch in page.touches)

    for (bad, _touches), answers in groupby(known, which):
        rows.append(Run(bad, tuple(answers)))
    return rows


def demands(stored: Stored, pages: dict[str, Page], hurts: Hurts) -> tuple[int, int]:
    """How many runs of bad answers there were, and of how many a firing is demanded whatever was lost."""
    subjects = [(subject, check) for check in stored.checks.values() for subject in subjects_of(stored, check)]
    bad = [
        (subject, pages.get(check.name, Page()), run)
        for subject, check in subjects
        for run in runs_of(subject, pages.get(check.name, Page()))
        if run.bad
    ]
    return len(bad), sum(_sure(page, run, hurts) >= subject.bad_count for subject, page, run in bad)


def _sure(page: Page, run: Run, hurts: Hurts) -> int:
    """How many of these answers must have been stored."""
    return sum(one.sure for one in run.answers) - hurts.losses(run.since, run.until) - _touched(page, run)


def _runs_were_judged(subject: Subject, page: Page, told: list[Firing], hurts: Hurts) -> Iterator[str]:
    for run in runs_of(subject, page):
        needed = subject.bad_count if run.bad else subject.good_count
        if _sure(page, run, hurts) < needed or _stood_so(told, run):
            continue
        count = f"{len(run.answers)} {'bad' if run.bad else 'good'} answers"
        yield f"{count} in {run.until - run.since:.0f} s changed nothing, from {run.since:.1f} on"


def _touched(page: Page, run: Run) -> int:
    """Answers that were thrown away because something was done to the check while they were under way."""
    return sum(touch.since <= run.until + LATE and touch.until >= run.since - LATE for touch in page.touches)


def _stood_so(told: list[Firing], run: Run) -> bool:
    """Whether at some time from the first answer on until the last one was stored it stood as these answers say."""
    since, until = run.since, run.until + LATE
    if run.bad:
        return any(one.told.at <= until and one.ended_real >= since for one in told)
    # Well at some time means: not covered from end to end by one firing.
    return not any(one.told.at <= since and one.ended_real > until for one in told)


def _silence_was_judged(
    subject: Subject, check: Check, page: Page, told: list[Firing], hurts: Hurts, ended: float
) -> Iterator[str]:
    """Who says nothing is bad as well, and leaves no answers to count: its intervals are counted instead."""
    if not subject.fingerprint.startswith("check:"):
        return
    for phase in page.phases:
        if phase.word in (SILENT, REFUSED):
            yield from _one_silence(subject, check, page, phase, told, hurts, ended)


def _one_silence(
    subject: Subject, check: Check, page: Page, phase: Phase, told: list[Firing], hurts: Hurts, ended: float
) -> Iterator[str]:
    until = min(phase.until, ended)
    losses = hurts.losses(phase.since, until) + sum(
        touch.since < until and touch.until > phase.since for touch in page.touches
    )
    excused = seconds_in(hurts.unasked(), phase.since, until)
    needed = (subject.bad_count + 1 + losses) * (check.interval_seconds + SLACK) + excused
    fired = any(one.told.at <= until + LATE and one.ended_real >= phase.since for one in told)
    if until - phase.since > needed and not fired:
        yield f"it was {phase.word} for {until - phase.since:.0f} s ({needed:.0f} are enough) and nothing fired"


def _firings_were_right(subject: Subject, check: Check, page: Page, told: list[Firing], hurts: Hurts) -> Iterator[str]:
    """Each firing follows bad answers, or silence."""
    known = [one for one in page.answers if one.word in subject.bad_words | subject.good_words]
    for firing in told:
        at = firing.told.at
        lost, shaken = hurts.losses(at - LATE, at), hurts.shaken(at - 3 * LATE, at)
        last = [one for one in known if one.began <= at][-(subject.bad_count + lost + _near(page, at)) :]
        if check.kind == "push":
            shaken += _quiet(page, at - (subject.bad_count + 2) * check.interval_seconds, at, check.interval_seconds)
        # Of a push that was not confirmed nobody knows, and its check may have waited in vain.
        bad = sum(one.word in subject.bad_words or not one.sure for one in last)
        silent = any(p.word in (SILENT, REFUSED) and p.since <= at <= min(p.until, FOREVER) + LATE for p in page.phases)
        if bad + shaken < subject.at_least and not (silent and subject.fingerprint.startswith("check:")):
            yield f"it fired at {at:.1f} after {bad} bad answers among the last {len(last)}"


def _quiet(page: Page, since: float, until: float, interval: int) -> int:
    """Whole intervals in which nothing was sent, because whoever sends was held up."""
    times = [since, *(one.at for one in page.answers if since < one.at < until), until]
    return max(int((two - one) / interval) for one, two in pairwise(times))


def _near(page: Page, at: float) -> int:
    return sum(touch.since <= at and touch.until >= at - LATE for touch in page.touches)


def _stands(subject: Subject, page: Page, open_now: set[str]) -> Iterator[str]:
    """At the end, when everything had its time: an open alert exactly where something is ill."""
    bad = page.word in subject.bad_words or (
        page.word in (SILENT, REFUSED) and subject.fingerprint.startswith("check:")
    )
    if bad != (subject.fingerprint in open_now):
        yield f"it is {page.word} and {'has no' if bad else 'has an'} open alert"
