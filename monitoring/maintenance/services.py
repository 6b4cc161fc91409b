"""Planned maintenance: announced before it begins, and taken back only while it has not begun."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from clients import selectors as clients
from core.audit import record_and_announce
from core.clock import now
from core.errors import Conflict, DomainError, NotFound
from monitoring.maintenance import events
from monitoring.maintenance.models import MaintenanceWindow

LONGEST = timedelta(days=7)
FARTHEST = timedelta(days=5 * 366)


def plan_maintenance(
    *, system_id: uuid.UUID | str, title: str, starts_at: datetime, ends_at: datetime
) -> MaintenanceWindow:
    """Announces work on a system. It begins later than now, so that no outage is called maintenance afterwards."""
    words = " ".join(title.split())
    if not words or len(words) > 160:
        raise DomainError(_("Say in at most 160 characters what is done."), field="title")
    if starts_at < now():
        message = _("Announce it before it begins. What was not announced counts as downtime.")
        raise DomainError(message, field="starts_at")
    if ends_at <= starts_at:
        raise DomainError(_("The end lies before the start."), field="ends_at")
    if starts_at > now() + FARTHEST:
        raise DomainError(_("Plan within five years."), field="starts_at")
    if ends_at - starts_at > LONGEST:
        raise DomainError(_("A window lasts at most seven days."), field="ends_at")
    with transaction.atomic():
        # Locked, so that two who plan at once see each other.
        system = clients.locked_system(uuid.UUID(str(system_id)))
        _refuse_overlap(system.id, starts_at, ends_at)
        row: MaintenanceWindow = MaintenanceWindow.objects.create(
            client_id=system.client_id, system_id=system.id, title=words, starts_at=starts_at, ends_at=ends_at
        )
        _emit(events.WINDOW_PLANNED, row)
    return row


def _refuse_overlap(system_id: uuid.UUID, starts_at: datetime, ends_at: datetime) -> None:
    rows = MaintenanceWindow.objects.filter(system_id=system_id, cancelled_at=None)
    other = rows.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).order_by("starts_at").first()
    if other is None:
        return
    words = {"title": other.title, "from": _moment(other.starts_at), "until": _moment(other.ends_at)}
    message = _("It overlaps “%(title)s”, %(from)s to %(until)s. Call that off first, or choose another time.")
    raise Conflict(message % words, field="starts_at")


def _moment(at: datetime) -> str:
    return date_format(localtime(at), "j M Y, H:i")


def cancel_maintenance(*, window_id: uuid.UUID) -> MaintenanceWindow:
    """Calls it off; what has begun happened."""
    with transaction.atomic():
        row = MaintenanceWindow.objects.select_for_update(of=("self",)).filter(id=window_id).first()
        if row is None:
            raise NotFound(_("There is no such window."))
        if row.cancelled_at is not None:
            raise Conflict(_("It is called off already."))
        if row.starts_at <= now():
            raise Conflict(_("It has begun. What happened stays in the record."))
        row.cancelled_at = now()
        row.save(update_fields=["cancelled_at"])
        _emit(events.WINDOW_CANCELLED, row)
    return row


def _emit(action: str, row: MaintenanceWindow) -> None:
    record_and_announce(
        action=action,
        object_type="maintenance_window",
        object_id=row.id,
        client_id=row.client_id,
        changes={"starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat()},
    )
