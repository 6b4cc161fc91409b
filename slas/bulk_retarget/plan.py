"""What open clocks would come to under a newer version of their policy or of their hours, and giving them that."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from slas import subjects
from slas.bulk_retarget.models import TermsMove
from slas.clocks.event_log import append
from slas.clocks.judgement import Happened, history, judge_clock
from slas.clocks.models import Clock
from slas.clocks.proposals import Proposal, instant, is_missed
from slas.clocks.services import terms_of, with_kept_date
from slas.engine import Terms, to_instant
from slas.policies.models import Target


class Move(Proposal):
    """A proposal of a move: what it would come to, in the words by which a move is counted."""

    @property
    def is_same(self) -> bool:
        """Whether nothing becomes of it: it has these terms already, or is missed by time alone."""
        return self.before.breached_at is not None or self.terms == self.before.terms

    def foreseen(self) -> Iterable[str]:
        """The words that would count it: same, dropped, or moved, which way, whether it is missed by that, and whether
        a warning is taken back."""
        if self.is_same or self.terms is None:
            return self._unmoved()
        after = self.after()
        return self._moved(after.due_at or 0, after.state, missed=is_missed(after, self.at))

    def done(self) -> Iterable[str]:
        """The words that count it, read off the clock after it was moved and judged."""
        if self.is_same or self.terms is None:
            return self._unmoved()
        clock = self.clock
        due = to_instant(clock.due_at) if clock.due_at else 0
        passed = clock.state != "paused" and due <= to_instant(self.at)
        return self._moved(due, clock.state, missed=clock.breached_at is not None or passed)

    def moved(self) -> subjects.Moved:
        """The promise before and after, read off the clock after it was moved and judged."""
        return self._moved_to(None if self.terms is None else self.clock.due_at)

    def preview(self) -> subjects.Moved | None:
        """The promise as it stands and as it would, before anything is done; None where nothing would become of it."""
        if self.is_same:
            return None
        return self._moved_to(None if self.terms is None else instant(self.after().due_at))

    def _moved_to(self, after: datetime | None) -> subjects.Moved:
        clock = self.clock
        return subjects.Moved(clock.subject_type, clock.subject_id, clock.metric, self.due_before(), after)

    def _unmoved(self) -> tuple[str, ...]:
        return ("same",) if self.is_same else ("dropped",)

    def _moved(self, due: int, state: str, *, missed: bool) -> Iterable[str]:
        yield "moved"
        old = self.before.due_at or 0
        if due != old:
            yield "later" if due > old else "sooner"
        if missed:
            yield "missed"
        elif self.before.state == "at_risk" and state != "at_risk":
            yield "no_longer_at_risk"


class Plan:
    """The proposals of one move at one moment; targets and terms are read once for all clocks."""

    def __init__(self, move: TermsMove, at: datetime) -> None:
        self.move, self.at = move, at.replace(microsecond=0)
        self._targets: dict[uuid.UUID, dict[tuple[str, str, str], Target]] = {}
        self._terms: dict[uuid.UUID, Terms] = {}

    @property
    def name(self) -> str:
        """What the newer terms are called."""
        hours = self.move.calendar_version
        return f"{hours.calendar} v{hours.number}" if hours else str(self.move.policy_version)

    def preview(self, clocks: Sequence[Clock]) -> list[subjects.Moved]:
        """Each promise that would come to other terms, before and after; nothing is written."""
        return [moved for proposal in self._proposals(clocks) if (moved := proposal.preview())]

    def count(self, clocks: Sequence[Clock]) -> Counter[str]:
        """How many clocks each word of ``Move.foreseen`` is true of; nothing is written."""
        return Counter(word for proposal in self._proposals(clocks) for word in proposal.foreseen())

    def carry_out(self, clocks: Sequence[Clock]) -> Counter[str]:
        """Gives locked clocks what is proposed to them; counts like ``count``."""
        proposals = self._proposals(clocks)
        moving = [proposal for proposal in proposals if not proposal.is_same]
        facts = {proposal.clock.id: proposal.event() for proposal in moving}
        for proposal in moving:
            proposal.take()
        if moving:
            rows = {proposal.clock.id: proposal.rows for proposal in moving}
            append([proposal.clock for proposal in moving], facts, rows)
            subjects.tell_moved([proposal.moved() for proposal in moving], self.name)
        return Counter(word for proposal in proposals for word in proposal.done())

    def _proposals(self, clocks: Sequence[Clock]) -> list[Move]:
        rows = history(clocks)
        return [self._proposal(clock, rows[clock.id]) for clock in clocks]

    def _proposal(self, clock: Clock, rows: list[Happened]) -> Move:
        before, at = judge_clock(clock, rows, self.at), max(self.at, clock.started_at)
        target = self._target(clock, rows)
        if target is None:
            return Move(clock, rows, before, None, None, at)
        if not self._touches(target):
            return Move(clock, rows, before, before.terms, target, at)
        if target.id not in self._terms:
            self._terms[target.id] = terms_of(target, self.at)
        return Move(clock, rows, before, with_kept_date(self._terms[target.id], before.terms), target, at)

    def _touches(self, target: Target) -> bool:
        """Newer hours touch only what is counted in them; a newer policy touches all."""
        hours = self.move.calendar_version
        return hours is None or target.calendar_version.calendar_id == hours.calendar_id

    def _target(self, clock: Clock, rows: Sequence[Happened]) -> Target | None:
        """What the version promises for the clock's severity and metric: for its very kind of request, else for any."""
        version = self.move.policy_version_id or clock.policy_version_id
        if version not in self._targets:
            found = Target.objects.filter(version_id=version).select_related("calendar_version")
            self._targets[version] = {(row.severity, row.request_kind, row.metric): row for row in found}
        promised, kind = self._targets[version], str(rows[0].data.get("request_kind", ""))
        own = promised.get((clock.severity, kind, clock.metric))
        return own or promised.get((clock.severity, "", clock.metric))
