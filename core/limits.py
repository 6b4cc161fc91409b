"""How many of a kind an agency may have: so many that nobody honest meets it, and few enough to cost nobody else."""

from __future__ import annotations

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from core.errors import Full


def refuse_over(rows: QuerySet[Model, object], most: int, what: str) -> None:
    """Full where there are as many rows as there may be. Two at once may pass together, which does no harm."""
    if rows.count() >= most:
        raise Full(
            _("Your agency has %(most)s %(what)s, which is as many as it may have. Ask the operator for more.")
            % {"most": most, "what": what}
        )
