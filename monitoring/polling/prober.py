"""Asks what is due: claims, probes on one thread with many requests in flight, has the answers read by processes
beside it, and stores in small batches.

Claiming writes a lease and commits; the network is touched outside any transaction; storing happens only while the
lease is still ours. The schedule is a fixed grid of slots, so a slow answer never shifts the next one, and a check that
is in flight is not due.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypedDict
from urllib.parse import urlsplit

import structlog
from django.conf import settings

from core import outbox
from core.clock import now
from core.crypto import CannotOpen, decrypt
from core.ids import uuid7
from core.net.client import Failure, MultiLoop, Outcome, Request, Response
from core.net.guard import Allowance
from core.selectors import all_net_allowances
from core.tenancy.scope import sweeper_scope
from monitoring.polling.check_rows import LeasedCheck, lease_due
from monitoring.polling.results import Result, store_results
from monitoring.polling.schedule import next_slot
from monitoring.polling.shares import Shares
from monitoring.probing.parse import Reading
from monitoring.probing.reader import Reader, borrow, give_back
from monitoring.words import CheckKind

ROUND_SECONDS = 20.0
COMMIT_EVERY = 0.25
# How soon the reader is looked at while the sockets are silent.
READING_SECONDS = 0.005
MOST_TOLD_AT_ONCE = 10
TABLE, COLUMN = "monitoring_check", "sealed_authorization"

log = structlog.get_logger(__name__)


class Claim(NamedTuple):
    """One check that is ours to ask now."""

    check: LeasedCheck
    lease_id: uuid.UUID
    slot: datetime
    # The transaction that claimed it.
    claimed_in: int


class _Base(TypedDict):
    """What every result of a claim has."""

    check_id: uuid.UUID
    lease_id: uuid.UUID
    slot: datetime
    claimed: LeasedCheck
    claimed_in: int
    host: str
    finished_at: datetime
    latency_us: int | None


class _Probing:
    """What is in flight, who holds which places, and what is being read."""

    def __init__(self, size: int) -> None:
        self._loop, self._shares, self._reader = MultiLoop(size), Shares(size), borrow()

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._loop.active and not self._reader.waiting

    def close(self) -> None:
        """Ends everything that is under way."""
        self._loop.close()
        give_back(self._reader)

    def step(self, *, more: bool) -> int:
        """Claims what is due, if any more is wanted, and stores what ends within a moment; returns how much."""
        claims = self._claims() if more else []
        results = _start(self._loop, claims, _allowances(claims))
        results += self._results(COMMIT_EVERY)
        self._shares.leave(one.claimed.agency_id for one in results if one.claimed)
        return _store(results)

    def _claims(self) -> list[Claim]:
        """What is due, as long as places are free; whoever waits to be read holds one too, so that no answers pile
        up."""
        shares = self._shares
        limit = shares.for_anybody()
        claims = claim(limit=limit) if limit else []
        shares.take(one.check.agency_id for one in claims)
        wish = shares.for_others() if len(claims) == limit else None
        if wish:
            began = time.monotonic()
            others = claim(limit=wish.limit, beside=wish.beside)
            shares.looked(time.monotonic() - began)
            shares.take(one.check.agency_id for one in others)
            claims += others
        return claims

    def _results(self, seconds: float) -> list[Result]:
        """What comes of those in flight within ``seconds``; returns early only when nothing is in flight."""
        loop, reader = self._loop, self._reader
        results: list[Result] = []
        deadline = time.monotonic() + seconds
        while not self.idle:
            for tag, outcome in loop.look():
                results += _ended(reader, tag, outcome)
            results += [_judged(tag, reading) for tag, reading in reader.pump(hurry=not loop.active)]
            left = deadline - time.monotonic()
            if left <= 0:
                break
            if not loop.active:
                reader.wait(left)
            else:
                loop.wait(min(left, READING_SECONDS) if reader.waiting else left)
        return results


# What a process has in flight between two of its rounds.
_kept: list[_Probing] = []


def probe_round(*, seconds: float = ROUND_SECONDS, size: int | None = None) -> int:
    """Asks whatever is due until nothing is, or until the time is up; returns how many results it stored.

    Whatever is in flight then is waited for.
    """
    probing, deadline, stored = _Probing(size or settings.PROBE_CONCURRENCY), time.monotonic() + seconds, 0
    try:
        while True:
            done = probing.step(more=time.monotonic() < deadline)
            stored += done
            if not done and probing.idle:
                return stored
    finally:
        probing.close()


def probe_on(*, seconds: float = ROUND_SECONDS) -> int:
    """Asks what is due for so many seconds; what is in flight then is left to the next call in this process.

    Who waited for a target that hangs would claim nothing meanwhile, and who is due then would be late.
    """
    probing = _kept.pop() if _kept else _Probing(settings.PROBE_CONCURRENCY)
    deadline, stored = time.monotonic() + seconds, 0
    try:
        while time.monotonic() < deadline:
            done = probing.step(more=True)
            stored += done
            if not done and probing.idle:
                break
    except BaseException:
        # Whatever was in flight is due again when its lease ends.
        probing.close()
        raise
    _kept.append(probing)
    return stored


def _start(loop: MultiLoop, claims: list[Claim], allowances: dict[uuid.UUID, tuple[Allowance, ...]]) -> list[Result]:
    """Asks; returns the results of those that cannot even be asked, so that one of them stops nobody else."""
    unasked = []
    for one in claims:
        if one.check.kind == CheckKind.PUSH:
            unasked.append(Result(**_base(one, 0), error_class="silent", detail="No values were sent."))
            continue
        try:
            loop.add(_request(one.check, allowances.get(one.check.agency_id, ())), one)
        except Exception:
            log.exception("a check could not be asked", check_id=str(one.check.id))
            unasked.append(_failed(one))
    return unasked


def claim(*, limit: int, beside: Sequence[uuid.UUID] = ()) -> list[Claim]:
    """Leases due checks to this process, none of those agencies'. Nobody else gets them before the lease runs out."""
    lease_id, at = uuid7(), now()
    with sweeper_scope():
        leased = lease_due(lease_id=lease_id, at=at, limit=limit, beside=beside)
    return [Claim(check, lease_id, _slot(check, at), claimed_in) for claimed_in, check in leased]


def _slot(check: LeasedCheck, at: datetime) -> datetime:
    """The slot that this run stands for: the one it was due at, or after an outage the last of those that passed.

    What is measured now is never stored as a value of then; the slots that were missed are counted with the result.
    """
    due, every = check.next_due_at or at, timedelta(seconds=check.interval_seconds)
    return due if at - due < every else next_slot(check.id, check.interval_seconds, at - every)


def _allowances(claims: list[Claim]) -> dict[uuid.UUID, tuple[Allowance, ...]]:
    if not claims:
        return {}
    with sweeper_scope():
        pairs = all_net_allowances({one.check.agency_id for one in claims})
    return {agency: tuple(Allowance(host, port) for host, port in found) for agency, found in pairs.items()}


def _request(check: LeasedCheck, allowances: tuple[Allowance, ...]) -> Request:
    headers = {"Accept": "application/json, text/plain;q=0.9, */*;q=0.1"}
    if check.sealed_authorization:
        try:
            headers["Authorization"] = decrypt(
                check.sealed_authorization, agency_id=check.agency_id, table=TABLE, column=COLUMN, row_id=check.id
            )
        except CannotOpen:
            log.error("a check's authorization does not open", check_id=str(check.id))
    return Request(
        url=check.url, headers=headers, timeout_ms=check.timeout_ms, allowances=allowances, wants_headers=False
    )


def _ended(reader: Reader, tag: Any, outcome: Outcome) -> list[Result]:
    """The result of a request that has ended, or none yet where its answer has to be read first."""
    one: Claim = tag
    try:
        base = _base(one, None if isinstance(outcome, Response) and outcome.stalled else outcome.total_us)
        if isinstance(outcome, Failure):
            return [Result(**base, error_class=outcome.error_class)]
        if not 200 <= outcome.status < 300:
            return [Result(**base, error_class="status", detail=f"The answer was {outcome.status}.")]
        check = one.check
        if check.kind == CheckKind.HTTP or not check.metrics:
            return [_judged((one, base), Reading())]
        reader.put(
            # Whole numbers, because looking up an id takes longer.
            owner=check.agency_id.int,
            check_id=check.id.int,
            kind=check.kind,
            metrics=check.metrics,
            body=outcome.body,
            tag=(one, base),
        )
        return []
    except Exception:
        log.exception("an answer could not be judged", check_id=str(one.check.id))
        return [_failed(one)]


def _judged(tag: tuple[Claim, _Base], reading: Reading) -> Result:
    """The result of an answer that was read. How long it took is left out where we stood still ourselves."""
    _one, base = tag
    if reading.error_class:
        return Result(**base, error_class=reading.error_class, detail=reading.detail)
    took = base["latency_us"]
    return Result(**base, values=reading.values if took is None else {**reading.values, "latency": took / 1_000_000})


def _failed(one: Claim) -> Result:
    """A run that failed on our side: nothing is known of the target."""
    return Result(**_base(one, 0), error_class="internal", detail="This check could not be run.")


def _base(one: Claim, latency_us: int | None) -> _Base:
    return {
        "check_id": one.check.id,
        "lease_id": one.lease_id,
        "slot": one.slot,
        "claimed": one.check,
        "claimed_in": one.claimed_in,
        "host": urlsplit(one.check.url).hostname or "",
        "finished_at": now(),
        "latency_us": latency_us,
    }


def _store(results: list[Result]) -> int:
    if not results:
        return 0
    try:
        emitted = store_results(results)
    except Exception:
        # One bad row must not take the batch with it: each is tried alone, and the bad one comes back with its lease.
        log.exception("a batch of results was not stored; trying one by one")
        emitted = []
        for result in results:
            emitted += _store_alone(result)
    # Told at once in this process; where it dies here, the outbox row is still due. No more than a few, because no
    # answer is read meanwhile.
    outbox.deal_with(emitted[:MOST_TOLD_AT_ONCE])
    return len(results)


def _store_alone(result: Result) -> list[uuid.UUID]:
    try:
        # Read again: the attempt that failed has written its judgement into the row it held.
        return store_results([result._replace(claimed=None)])
    except Exception:
        log.exception("a result was not stored", check_id=str(result.check_id))
        return []
