"""Reads of moves of open clocks."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from core.errors import NotFound
from slas.bulk_retarget.models import TermsMove


def move(move_id: uuid.UUID) -> TermsMove:
    """One move of open clocks with where it leads; NotFound otherwise."""
    rows = TermsMove.objects.select_related("policy_version__policy", "calendar_version__calendar")
    row: TermsMove | None = rows.filter(id=move_id).first()
    if row is None:
        raise NotFound(_("There is no such move."))
    return row


def move_token(move_id: uuid.UUID) -> str:
    """A mark that changes with every batch of one move."""
    row = TermsMove.objects.filter(id=move_id).values_list("state", "dealt_with").first()
    return "-".join(map(str, row or ()))
