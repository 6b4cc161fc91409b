"""Other terms for one clock: how it would stand under them, and the event that makes it so.

A change of one subject and a move of thousands of clocks to a newer version ask the same of a clock, here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from slas.clocks.event_log import NewEvent
from slas.clocks.judgement import Happened, engine_events, read_terms
from slas.clocks.models import Clock
from slas.engine import Event, Judgement, RetargetMode, Terms, from_instant, judge, to_instant
from slas.policies.models import Target


@dataclass(frozen=True, slots=True)
class Proposal:
    """A clock, how it stands, and the terms that are proposed to it from ``at`` on, which is not before its start."""

    clock: Clock
    rows: list[Happened]
    before: Judgement
    # Both None where nothing is promised any more.
    terms: Terms | None
    target: Target | None
    at: datetime
    mode: RetargetMode = "carry_elapsed"

    @property
    def was_dropped(self) -> bool:
        """Whether an earlier change had ended it; then it runs again first."""
        return self.clock.ended_at is not None

    def after(self) -> Judgement:
        """How it would stand under the new terms; nothing is written."""
        at, seq = to_instant(self.at), len(self.rows) + 1
        again = [Event(at=at, kind="reopen", seq=seq)] if self.was_dropped else []
        change = Event(at=at, kind="retarget", terms=self.terms, mode=self.mode, seq=seq + len(again))
        return judge(read_terms(self.clock.terms), [*engine_events(self.rows), *again, change], at)

    def due_before(self) -> datetime | None:
        """When it is due as it stands."""
        return instant(self.before.due_at)

    def event(self) -> NewEvent:
        """What makes it so."""
        if self.terms is None or self.target is None:
            return NewEvent("cancel", self.at, reason=_("No longer promised"), data={"dropped": True})
        data = {
            "mode": self.mode,
            "terms": self.terms.to_json(),
            "severity": self.target.severity,
            "policy_version_id": str(self.target.version_id),
        }
        return NewEvent("retarget", self.at, data=data)

    def take(self) -> None:
        """Writes on the clock what it is promised by, which the event does not."""
        if self.target is not None:
            self.clock.severity, self.clock.policy_version_id = self.target.severity, self.target.version_id


def instant(due: int | None) -> datetime | None:
    """The moment of a judgement's second."""
    return None if due is None else from_instant(due)


def is_missed(judgement: Judgement, at: datetime) -> bool:
    """Whether the promise is missed at that moment. The engine itself sees it from the second after the deadline on."""
    passed = judgement.state != "paused" and (judgement.due_at or 0) <= to_instant(at)
    return judgement.breached_at is not None or passed
