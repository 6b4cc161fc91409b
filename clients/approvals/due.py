"""Reminders of what waits for a client, and the end of its time."""

from __future__ import annotations

from django.db.models import QuerySet

from clients.approvals.models import Approval
from clients.approvals.services import remind_or_expire
from core import due
from core.clock import now


def remind_or_expire_due(*, limit: int = due.AT_ONCE) -> int:
    """Does what is due about open approvals; returns about how many."""
    return due.work_off(_due, remind_or_expire, column="next_due_at", limit=limit)


def _due() -> QuerySet[Approval]:
    return Approval.objects.filter(next_due_at__lte=now()).order_by("next_due_at")
