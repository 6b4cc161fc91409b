"""Rows that are held for the rest of a transaction."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from core.errors import NotFound
from monitoring.models import Check


def locked_check(check_id: uuid.UUID | str) -> Check:
    """The check with its system, its row locked for the rest of the transaction; NotFound otherwise."""
    rows = Check.objects.select_related("system").select_for_update(of=("self",))
    check = rows.filter(id=check_id).first()
    if check is None:
        raise NotFound(_("There is no such check."), field="check_id")
    return check
