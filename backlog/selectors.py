"""Reads of the improvement backlog."""

from __future__ import annotations

import uuid

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from backlog.models import BacklogItem, MaintenanceWindow
from core.clock import now
from core.errors import NotFound


def items() -> QuerySet[BacklogItem]:
    """Every item, the most valuable first: impact times risk, unscored ones last."""
    value = F("impact") * F("risk")
    return BacklogItem.objects.select_related("client", "incident").order_by(value.desc(nulls_last=True), "-created_at")


def item(item_id: uuid.UUID) -> BacklogItem:
    """One item; NotFound otherwise."""
    row = BacklogItem.objects.find(id=item_id)
    if row is None:
        raise NotFound(_("There is no such item."))
    return row


def windows(system_id: uuid.UUID | None = None) -> QuerySet[MaintenanceWindow]:
    """Planned maintenance that was not called off, the latest first; of one system where it is named."""
    rows = MaintenanceWindow.objects.filter(cancelled_at=None).order_by("-starts_at", "-id")
    return rows.filter(system_id=system_id) if system_id else rows


def coming_windows(system_id: uuid.UUID | None = None) -> QuerySet[MaintenanceWindow]:
    """Those that are not over, the next first; of one system where it is named."""
    return windows(system_id).filter(ends_at__gt=now()).order_by("starts_at")


def window(window_id: uuid.UUID) -> MaintenanceWindow:
    """One window; NotFound otherwise."""
    row: MaintenanceWindow | None = MaintenanceWindow.objects.find(id=window_id)
    if row is None:
        raise NotFound(_("There is no such window."))
    return row
