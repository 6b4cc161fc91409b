"""Reads of planned maintenance."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import NotFound
from monitoring.maintenance.models import MaintenanceWindow


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
