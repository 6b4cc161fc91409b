"""The sweep that ends retainers."""

from __future__ import annotations

from agreements.services import end_due
from core.heartbeat import beat
from core.tasks import system_task


@system_task(queue="sweep")
def end_retainers() -> None:
    """Ends what is due to end."""
    beat("retainers", ended=end_due())
