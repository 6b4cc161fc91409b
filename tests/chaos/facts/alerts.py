"""One alert for each firing, ended by its own recovery: the transitions that were told, beside the alerts."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitoring.models import Alert, Threshold
from tests.chaos.facts.stored import Stored, Told
from tests.chaos.hurts import Hurts, seconds_in

TRANSITIONED, DISABLED = "monitoring.check.transitioned", "monitoring.check.disabled"
RECOVERED = "monitoring.alert.recovered"
BEGINS, UNWATCHED = ("fired", "lost"), "unwatched"
# A firing that is told so soon before its check is switched off need not have become an alert.
JUST_BEFORE = 10.0


@dataclass
class Firing:
    """A time in which something was bad, as the transitions tell it. ``told`` is the news of its beginning."""

    told: Told
    fired_at: datetime
    ended_at: datetime | None = None
    # The real second in which the end was told.
    ended_real: float = float("inf")
    # Whether it was switched off instead of getting well.
    switched_off: bool = False

    @property
    def serial(self) -> int:
        """Which firing of its subject it is."""
        return int(self.told.payload["serial"])


def find(stored: Stored, hurts: Hurts) -> Iterator[str]:
    """What is wrong with the alerts of an agency."""
    firings = firings_of(stored)
    alerts: dict[str, list[Alert]] = defaultdict(list)
    for row in stored.alerts:
        alerts[row.fingerprint].append(row)
    told = Ends(stored, hurts)
    for fingerprint in sorted({*firings, *alerts}):
        for said in _of_one(firings.get(fingerprint, []), alerts[fingerprint], told):
            yield f"{fingerprint}: {said}"


class Ends:
    """When alerts were made and ended in real time, beside the clocks that differed then.

    Nothing is said to have happened at a time that is still to come: whoever tells by a clock that is behind, or tells
    what a clock that was ahead had written, says that it happens now.
    """

    def __init__(self, stored: Stored, hurts: Hurts) -> None:
        self.hurts = hurts
        self._ended = {row.payload["number"]: row.at for row in stored.told(RECOVERED)}

    def is_begin(self, firing: Firing, row: Alert) -> bool:
        """Whether the alert may have begun then."""
        made = (row.id.int >> 80) / 1000
        return row.fired_at == firing.fired_at or (
            row.fired_at < firing.fired_at and self.hurts.differed(firing.told.at, made)
        )

    def is_end(self, firing: Firing, row: Alert) -> bool:
        """Whether it may have ended then. Where a clock was set back meanwhile, it ends no earlier than it began."""
        assert firing.ended_at is not None
        assert row.recovered_at is not None
        due = max(firing.ended_at, row.fired_at)
        told = self._ended.get(row.number, firing.ended_real)
        return row.recovered_at == due or (
            row.fired_at <= row.recovered_at < due and self.hurts.differed(firing.ended_real, told)
        )


def firings_of(stored: Stored) -> dict[str, list[Firing]]:
    """By fingerprint, in order."""
    found: dict[str, list[Firing]] = defaultdict(list)
    for row in stored.news:
        if row.name == TRANSITIONED:
            _take(found[fingerprint_of(row)], row)
        elif row.name == DISABLED:
            for fingerprint in _fingerprints(stored, uuid.UUID(row.payload["id"])):
                for open_one in [one for one in found[fingerprint] if one.ended_at is None]:
                    open_one.ended_at, open_one.ended_real, open_one.switched_off = row.happened_at, row.at, True
    return found


def fingerprint_of(row: Told) -> str:
    """What its alert is known by."""
    if row.payload["change"] == UNWATCHED:
        # It ends a value that is bad or one that is missing, and says which.
        return str(row.payload["fingerprint"])
    threshold, check = row.payload["threshold_id"], row.payload["check_id"]
    subject = f"threshold:{threshold}" if threshold else f"check:{check}"
    return f"no-data:{subject}" if row.payload["change"] in ("lost", "found") else subject


def _fingerprints(stored: Stored, check_id: uuid.UUID) -> list[str]:
    limits: list[Threshold] = [row for row in stored.thresholds if row.source_check_id == check_id]
    subjects = [f"check:{check_id}", *(f"threshold:{row.id}" for row in limits)]
    return [*subjects, *(f"no-data:{subject}" for subject in subjects)]


def _take(firings: list[Firing], row: Told) -> None:
    at = datetime.fromisoformat(row.payload["finished_at"])
    if row.payload["change"] in BEGINS:
        firings.append(Firing(row, at))
    elif firings and firings[-1].ended_at is None:
        firings[-1].ended_at, firings[-1].ended_real = at, row.at
        firings[-1].switched_off = row.payload["change"] == UNWATCHED


def _of_one(firings: list[Firing], alerts: list[Alert], ends: Ends) -> Iterator[str]:
    left = list(alerts)
    for firing in firings:
        mine = next((row for row in left if row.serial == firing.serial), None)
        if mine is not None:
            left.remove(mine)
            yield from _pair(firing, mine, ends)
        elif not _need_not_be_told(firing, ends.hurts):
            yield f"it fired at {firing.fired_at} and has no alert of that"
    for row in left:
        yield f"alert {row.number} of {row.fired_at} belongs to no firing, or to one that has another alert"
    if sum(row.recovered_at is None for row in alerts) > 1:
        yield "two of its alerts are open"


def _need_not_be_told(firing: Firing, hurts: Hurts) -> bool:
    if not firing.switched_off:
        return False
    since, until = firing.told.at, firing.ended_real
    return until - since - seconds_in(hurts.unasked(), since, until) <= JUST_BEFORE


def _pair(firing: Firing, row: Alert, ends: Ends) -> Iterator[str]:
    if not ends.is_begin(firing, row):
        yield f"alert {row.number} began at {row.fired_at}, its firing at {firing.fired_at}"
    if (row.state == "recovered") != (row.recovered_at is not None):
        yield f"alert {row.number} is {row.state} and ended at {row.recovered_at}"
    if row.recovered_at is None or firing.ended_at is None:
        if row.recovered_at != firing.ended_at:
            yield f"alert {row.number} ended at {row.recovered_at}, its firing at {firing.ended_at}"
        return
    if row.recovered_at < row.fired_at:
        yield f"alert {row.number} ended at {row.recovered_at}, before it fired at {row.fired_at}"
        return
    # What was switched off ends when that is told.
    if not firing.switched_off and not ends.is_end(firing, row):
        said = f"alert {row.number} of {row.fired_at} ended at {row.recovered_at}"
        yield f"{said}, its own recovery was at {firing.ended_at}"
