"""Chains the audit rows after they were written, and finds what was changed, removed or slipped in since.

Whoever can write to the database past the product can also write a new chain; an end of the chain that was noted
elsewhere (``manage.py verify_audit`` prints it) shows that too.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from core.ids import earliest_at
from core.models import AuditEvent, AuditSeal, Counter, Heartbeat
from core.tenancy.scope import sweeper_scope, tenant_scope

COUNTER = "audit_seal"
BATCH = 2000
# Rows of a transaction that was open for this long are still found; the verification finds older ones.
OVERLAP_SECONDS = 3600
FIELDS = (
    *("id", "agency_id", "client_id", "at", "actor_kind", "actor_id", "action", "object_type", "object_id"),
    *("changes", "request_id", "ip", "created_at"),
)


@dataclass(frozen=True, slots=True)
class Chain:
    """The end of an agency's chain, and what is wrong with it."""

    length: int
    digest: str
    findings: list[str]


def seal_new(*, since: float) -> int:
    """Seals the audit rows made since ``since`` (Unix seconds) that have no seal yet; returns how many."""
    with sweeper_scope():
        agencies = list(_unsealed(since - OVERLAP_SECONDS).values_list("agency_id", flat=True).distinct())
    return sum(_seal_agency(agency, since - OVERLAP_SECONDS) for agency in agencies)


def sealed_until() -> float:
    """Unix seconds up to which everything was sealed in the last round; 0 where there was none."""
    last = Heartbeat.objects.filter(name="seal").first()
    return float(last.detail.get("until", 0)) if last else 0.0


def started_at() -> float:
    """Now, by the clock that row ids are made with."""
    return time.time()


def _unsealed(since: float) -> QuerySet[AuditEvent]:
    seals = AuditSeal.objects.filter(agency_id=OuterRef("agency_id"), event_id=OuterRef("id"))
    return AuditEvent.objects.filter(~Exists(seals), id__gte=earliest_at(since))


def _seal_agency(agency_id: uuid.UUID, since: float) -> int:
    sealed = 0
    with tenant_scope(agency_id):
        while True:
            with transaction.atomic():
                number, digest = _end_of_chain()
                rows = list(_unsealed(since).order_by("id")[:BATCH])
                AuditSeal.objects.bulk_create(list(_links(rows, number, digest)))
                Counter.objects.filter(kind=COUNTER).update(value=number + len(rows))
            sealed += len(rows)
            if len(rows) < BATCH:
                return sealed


def _end_of_chain() -> tuple[int, str]:
    """Number and digest of the last link. Locked, so that two sealers make one chain."""
    Counter.objects.bulk_create([Counter(kind=COUNTER)], ignore_conflicts=True)
    number = Counter.objects.select_for_update().get(kind=COUNTER).value
    last = AuditSeal.objects.find(number=number)
    return number, last.digest if last else ""


def _links(rows: list[AuditEvent], number: int, digest: str) -> Iterator[AuditSeal]:
    for place, row in enumerate(rows, start=number + 1):
        digest = link_digest(digest, row)
        yield AuditSeal(event_id=row.id, number=place, digest=digest)


def link_digest(before: str, row: AuditEvent) -> str:
    """SHA-256 over the link before and everything that the row says."""
    said = json.dumps([getattr(row, name) for name in FIELDS], default=str, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{said}".encode()).hexdigest()


def verify() -> Chain:
    """Walks the scope's chain from its first link. Each finding names the row."""
    findings: list[str] = []
    digest, length = "", 0
    events = AuditEvent.objects.in_bulk
    seals = AuditSeal.objects.order_by("number")
    for start in range(0, seals.count(), BATCH):
        batch = list(seals[start : start + BATCH])
        known = events([seal.event_id for seal in batch])
        for seal in batch:
            length += 1
            row = known.get(seal.event_id)
            if seal.number != length:
                findings.append(f"link {length} is missing")
                length = seal.number
            if row is None:
                findings.append(f"the audit row {seal.event_id} was removed")
            elif link_digest(digest, row) != seal.digest:
                findings.append(f"the audit row {seal.event_id} or its link was changed")
            digest = seal.digest
    counted = Counter.objects.filter(kind=COUNTER).values_list("value", flat=True).first() or 0
    if counted != length:
        findings.append(f"the chain ends at {length}, and {counted} rows were sealed")
    # What the sealer has had time for and has not sealed was brought in with an id of long ago.
    late = _unsealed(0).filter(id__lt=earliest_at(sealed_until() - OVERLAP_SECONDS))
    findings += [f"the audit row {row.id} was slipped in" for row in late[:100]]
    return Chain(length, digest, findings)
