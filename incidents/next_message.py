"""When the client hears next: the promise that ends with a message to them and is due first, and how that is said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from incidents.next_action import ANSWERS, ROUND, STANDING_STILL
from slas.selectors import ClockView

# The promises that end with a message to the client.
MESSAGES = (*ANSWERS, ROUND)


def next_message(views: Iterable[ClockView], at: datetime) -> ClockView | None:
    """The clock, as a view of it, of the message that is due first after ``at``; None where none is owed any more. Of
    two that are due at once the one that is guaranteed."""
    owed = [view for view in views if view.metric in MESSAGES and _comes(view, at)]
    return min(owed, key=lambda view: (view.due_at or at, not view.is_guarantee), default=None)


def _comes(view: ClockView, at: datetime) -> bool:
    """Whether it falls due by itself: it is open, waits on nobody, and its time is not over, at night as by day."""
    is_open = view.ended_at is None and view.state not in STANDING_STILL
    return bool(is_open and view.due_at and view.due_at > at)


def announced(view: ClockView) -> str:
    """What stands before the time: a guarantee is said as one, a target as an aim."""
    return _("You hear from us by") if view.is_guarantee else _("We aim to write to you by")
