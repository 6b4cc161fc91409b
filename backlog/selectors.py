"""Reads of the improvement backlog."""

from __future__ import annotations

import uuid

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from backlog.models import BacklogItem
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
