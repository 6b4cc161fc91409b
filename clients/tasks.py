"""The sweep that reminds clients of what waits for them, and ends what was not answered in time."""

from __future__ import annotations

from clients.approvals.due import remind_or_expire_due
from core.heartbeat import beat
from core.tasks import system_task


@system_task(queue="sweep")
def remind_of_approvals() -> None:
    """Does what is due about approvals."""
    beat("approvals", reminded=remind_or_expire_due())
