"""The auditor: proves that nothing due was forgotten, and then tells somebody outside that all is well."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import structlog
from django.conf import settings

from core import sealing
from core.beat import beat
from core.net.client import Request, fetch
from core.outbox import overdue as overdue_events
from core.tasks import system_task
from core.tenancy import sweeper_scope
from monitoring import selectors as monitoring
from monitoring.partitions import stray_samples
from retainer.notifications.delivery import overdue as overdue_deliveries
from slas import selectors as slas

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Findings:
    """How many rows of each kind break a promise of the pipeline; all zero is a clean audit."""

    clocks_past_due: int
    checks_unpolled: int
    events_stuck: int
    deliveries_stuck: int
    stray_samples: int

    @property
    def clean(self) -> bool:
        """True where nothing was found."""
        return not any(asdict(self).values())


def look() -> Findings:
    """Counts across all agencies, in the sweeper's role."""
    with sweeper_scope():
        return Findings(
            clocks_past_due=slas.forgotten_clocks(),
            checks_unpolled=monitoring.unpolled_checks(),
            events_stuck=overdue_events(),
            deliveries_stuck=overdue_deliveries(),
            stray_samples=stray_samples(),
        )


@system_task(queue="default")
def audit_pipeline() -> None:
    """Looks, notes what it saw, and after a clean look pings the address that notices our silence."""
    findings = look()
    beat("audit", **asdict(findings))
    if not findings.clean:
        log.error("audit found forgotten work", **asdict(findings))
        return
    if settings.DEAD_MAN_URL:
        fetch(Request(method="GET", url=settings.DEAD_MAN_URL, timeout_ms=5000))


@system_task(queue="default")
def seal_audit() -> None:
    """Chains the audit rows that were written since the last round."""
    started = sealing.started_at()
    sealed = sealing.seal_new(since=sealing.sealed_until())
    beat("seal", until=started, sealed=sealed)
