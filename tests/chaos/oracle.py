"""What must be true afterwards, whatever was done. Every finding is a sentence; none is a pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from core.clock import now
from core.models import OutboxEvent
from core.tenancy.scope import sweeper_scope
from monitoring.models import Alert, Check
from monitoring.partitions import stray_samples
from retainer.notifications.models import Channel, Delivery
from retainer.tasks import look
from slas.events import BREACH
from slas.models import Clock, ClockNotice
from tests.chaos.faults import Hurt
from tests.chaos.receivers import Receivers
from tests.chaos.targets import Phase, Targets

INTERVAL = 5
BAD_COUNT = 2
# What a killed process had claimed is due again when its lease ends: the time-out and fifteen seconds.
LEASE = 17
# Between being due and being asked: two ticks, and a busy machine.
SLACK = 4


def findings(targets: Targets, receivers: Receivers, hurts: list[Hurt], ended: float) -> list[str]:
    """Everything that is not as it should be."""
    return [
        *_polls(targets, hurts),
        *_alerts(targets, hurts, ended),
        *_clocks(),
        *_notices(receivers),
        *_leftovers(),
    ]


def _excuse(since: float, until: float, hurts: list[Hurt]) -> float:
    """How much longer something may take that went on meanwhile: the faults themselves, and one lease each."""
    met = [hurt for hurt in hurts if hurt.since < until and hurt.until > since - LEASE]
    return sum(hurt.until - hurt.since + LEASE for hurt in met)


def _polls(targets: Targets, hurts: list[Hurt]) -> Iterator[str]:
    for number, times in sorted(targets.asked.items()):
        for one, two in pairwise(times):
            if two - one > INTERVAL + SLACK + _excuse(one, two, hurts):
                yield f"target {number} was not asked for {two - one:.1f} s"


def _alerts(targets: Targets, hurts: list[Hurt], ended: float) -> Iterator[str]:
    with sweeper_scope():
        checks = {int(row.name): row.id for row in Check.objects.all()}
        rows = list(Alert.objects.order_by("fired_at"))
    by_check = {check: [row for row in rows if row.source_check_id == check] for check in checks.values()}
    for number, check in checks.items():
        yield from _alerts_of(number, by_check[check], targets.phases[number], hurts, ended)
        open_now = [row for row in by_check[check] if row.recovered_at is None]
        if len(open_now) != int(number in targets.ill):
            yield f"target {number} is {'ill' if number in targets.ill else 'well'} and has {len(open_now)} open alerts"


def _alerts_of(number: int, rows: list[Alert], phases: list[Phase], hurts: list[Hurt], ended: float) -> Iterator[str]:
    if len(rows) > len(phases):
        yield f"target {number} was ill {len(phases)} times and has {len(rows)} alerts"
    for before, phase in zip([None, *phases], phases, strict=False):
        until, until_domain = phase.until or ended, phase.until_domain or now()
        fired = [row for row in rows if phase.since_domain <= row.fired_at <= until_domain + timedelta(seconds=SLACK)]
        # Well for less than the good results take: the alert of the time before goes on, and there is no other.
        well = phase.since - (before.until or phase.since) if before else 0.0
        short = well <= (INTERVAL + SLACK) * (BAD_COUNT + 1) + _excuse(phase.since - well, phase.since, hurts)
        kept = before and short and [row for row in rows if _spans(row, phase.since_domain, until_domain)]
        needed = (INTERVAL + SLACK) * (BAD_COUNT + 1) + _excuse(phase.since, until, hurts)
        if len(fired) > 1:
            yield f"target {number} was ill once and has {len(fired)} alerts of it"
        if not fired and not kept and until - phase.since > needed:
            yield f"target {number} was ill for {until - phase.since:.0f} s and has no alert of it"


def _spans(row: Alert, since: datetime, until: datetime) -> bool:
    return row.fired_at < since and (row.recovered_at is None or row.recovered_at >= until)


def _clocks() -> Iterator[str]:
    with sweeper_scope():
        clocks = list(Clock.objects.all())
        breaches = list(ClockNotice.objects.filter(threshold=BREACH).values_list("clock_id", flat=True))
        news = list(OutboxEvent.objects.filter(name="slas.clock.breached").values_list("payload__clock_id", flat=True))
    late = {row.id for row in clocks if _was_late(row)}
    if late - set(breaches):
        yield f"{len(late - set(breaches))} clocks passed their deadline and have no breach"
    if set(breaches) - late:
        yield f"{len(set(breaches) - late)} breaches of promises that were kept"
    if len(breaches) != len(set(breaches)):
        yield "a breach was noted twice"
    if sorted(map(str, breaches)) != sorted(map(str, news)):
        yield f"{len(breaches)} breaches and {len(news)} pieces of news of them"


def _was_late(row: Clock) -> bool:
    assert row.due_at is not None
    if row.state == "cancelled":
        return row.ended_at is not None and row.ended_at > row.due_at
    return (row.satisfied_at or now()) > row.due_at


def _notices(receivers: Receivers) -> Iterator[str]:
    with sweeper_scope():
        deliveries = list(Delivery.objects.all())
    for row in deliveries:
        got = (
            receivers.mails[f"<{row.id}@retainer>"]
            if row.channel == Channel.EMAIL
            else receivers.copies[f"msg_{row.id}"]
        )
        if not got or row.sent_at is None:
            stands = f"sent at {row.sent_at}, due at {row.next_due_at}, {row.attempts} tries, {row.last_error!r}"
            yield f"{row.channel} of {row.event_name}: {got} copies arrived, {stands}"
    if len(receivers.mails) + len(receivers.calls) > len(deliveries):
        yield f"{len(receivers.mails) + len(receivers.calls)} ids arrived, {len(deliveries)} were to go out"
    for name, bodies in receivers.calls.items():
        if len(bodies) > 1:
            yield f"{name} came with {len(bodies)} different bodies"


def _leftovers() -> Iterator[str]:
    found = look()
    if not found.clean:
        yield f"the auditor found {found}"
    with sweeper_scope():
        if stray_samples():
            yield "samples lie in the default partition"
        waiting = OutboxEvent.objects.filter(done_at=None).count()
        if waiting:
            yield f"{waiting} pieces of news are not dealt with"
