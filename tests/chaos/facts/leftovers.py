"""Nothing is left undone, by the product's own account."""

from __future__ import annotations

from collections.abc import Iterator

from core.models import OutboxEvent
from core.tenancy.scope import sweeper_scope
from monitoring.samples.partitions import stray_samples
from retainer.tasks import look


def find() -> Iterator[str]:
    """What the auditor sees, across all agencies."""
    found = look()
    if not found.clean:
        yield f"the auditor found {found}"
    with sweeper_scope():
        if stray_samples():
            yield "samples lie in the default partition"
        waiting = OutboxEvent.objects.filter(done_at=None).count()
        if waiting:
            yield f"{waiting} pieces of news are not dealt with"
