"""The auditor, which proves that nothing due was forgotten and then tells somebody outside that all is well, the
canary, and the chain of the audit trail."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

import structlog
from django.conf import settings

from core import audit_chain, outbox
from core.heartbeat import beat
from core.net.client import Failure, Request, fetch
from core.net.guard import SCHEMES, Allowance
from core.tasks import system_task
from core.tenancy import sweeper_scope
from monitoring import selectors as monitoring
from monitoring.alerts.reconciling import reconcile
from monitoring.samples.partitions import stray_samples
from retainer import canary
from retainer.accounts.auditing import hand_out
from retainer.notifications.delivery import overdue as overdue_deliveries
from retainer.purging import purge_all
from slas import selectors as slas

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Findings:
    """How many rows of each kind break a promise of the pipeline; all zero is a clean audit."""

    clocks_past_due: int
    checks_unpolled: int
    events_stuck: int
    # They hold up those behind them, of which one may be an alert.
    events_poisoned: int
    # Put off by a clock that ran ahead.
    events_ahead: int
    alerts_wrong: int
    checks_unscheduled: int
    checks_ahead: int
    deliveries_stuck: int
    stray_samples: int
    canaries_unheard: int

    @property
    def clean(self) -> bool:
        """True where nothing was found."""
        return not any(asdict(self).values())


def look() -> Findings:
    """Counts across all agencies, in the sweeper's role, and sets right what it can."""
    differences = reconcile()
    with sweeper_scope():
        return Findings(
            clocks_past_due=slas.forgotten_clocks(),
            checks_unpolled=monitoring.unpolled_checks(),
            events_stuck=outbox.overdue(),
            events_poisoned=outbox.poisoned(),
            events_ahead=outbox.bring_back(),
            **asdict(differences),
            deliveries_stuck=overdue_deliveries(),
            stray_samples=stray_samples(),
            canaries_unheard=int(canary.is_silent()),
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
        _ping(settings.DEAD_MAN_URL)


def _ping(url: str) -> None:
    """The operator chose the address, so it may be one of the operator's own network."""
    parts = urlsplit(url)
    own = Allowance((parts.hostname or "").lower(), parts.port or SCHEMES.get(parts.scheme, 0))
    outcome = fetch(Request(url=url, timeout_ms=5000, allowances=(own,)))
    if isinstance(outcome, Failure):
        log.warning("the address that waits for us did not answer", error=outcome.error_class)
    elif outcome.status >= 400:
        log.warning("the address that waits for us refused", status=outcome.status)


@system_task(queue="default")
def send_canary() -> None:
    """Starts a promise that will be missed, where the last one is ten minutes old."""
    canary.send()


@system_task(queue="default")
def seal_audit() -> None:
    """Chains the audit rows that were written since the last round."""
    started = audit_chain.started_at()
    sealed = audit_chain.seal_new(since=audit_chain.sealed_until())
    beat("seal", until=started, sealed=sealed)


@system_task(queue="default")
def hand_out_account_events() -> None:
    """Writes what happened to people's accounts into the audit trails of their agencies."""
    beat("accounts", handed_out=hand_out())


@system_task(queue="default")
def purge() -> None:
    """Forgets what is over and nobody can use any more, and what is older than it is kept."""
    purge_all()
