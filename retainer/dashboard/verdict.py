"""What home says first: who must do what by when, and how much more there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.clock import now
from slas.selectors import ClockView


class Waiting(Protocol):
    """A row of the attention list, as far as a sentence needs it."""

    @property
    def title(self) -> str: ...

    @property
    def client_name(self) -> str: ...

    @property
    def clock(self) -> ClockView | None: ...


# What somebody does to keep each promise, and what is said once it is missed.
_TO_DO: dict[str, tuple[str | Promise, str | Promise]] = {
    "triage": (
        gettext_lazy("Look at “%(title)s” by %(time)s."),
        gettext_lazy("Look at “%(title)s” now: it was due by %(time)s."),
    ),
    "first_response": (
        gettext_lazy("Reply to %(client)s by %(time)s."),
        gettext_lazy("Reply to %(client)s now: it was due by %(time)s."),
    ),
    "next_response": (
        gettext_lazy("Answer %(client)s by %(time)s."),
        gettext_lazy("Answer %(client)s now: it was due by %(time)s."),
    ),
    "periodic_update": (
        gettext_lazy("Send %(client)s an update by %(time)s."),
        gettext_lazy("Send %(client)s an update now: it was due by %(time)s."),
    ),
    "mitigation": (
        gettext_lazy("Contain “%(title)s” for %(client)s by %(time)s."),
        gettext_lazy("Contain “%(title)s” for %(client)s now: it was due by %(time)s."),
    ),
    "resolution": (
        gettext_lazy("Solve “%(title)s” for %(client)s by %(time)s."),
        gettext_lazy("Solve “%(title)s” for %(client)s now: it was due by %(time)s."),
    ),
}


def of_needs(rows: Sequence[Waiting]) -> str:
    """The first thing to do, then how many more there are, and how many of all are late or nearly so."""
    first = _first(rows)
    missed = sum(1 for need in rows if need.clock and need.clock.state == "breached")
    risky = sum(1 for need in rows if need.clock and need.clock.state == "at_risk")
    if first is None:
        said = ngettext("One thing needs somebody.", "%(count)s things need somebody.", len(rows))
        return said % {"count": len(rows)}
    sentences, others = [_sentence(*first)], len(rows) - 1
    if others:
        more = ngettext("One more needs somebody.", "%(count)s more need somebody.", others)
        sentences.append(more % {"count": others})
    if missed > 1:
        sentences.append(_("%(count)s deadlines are missed.") % {"count": missed})
    if risky > 1:
        sentences.append(_("%(count)s deadlines are near.") % {"count": risky})
    return " ".join(sentences)


def of_quiet(states: Counter[str]) -> str:
    """Nothing waits. That everything is well is said only where somebody looked at it and it is."""
    ill = states["down"] + states["degraded"]
    if ill:
        said = ngettext("%(count)s system is not well.", "%(count)s systems are not well.", ill)
        return _("Nothing waits for you, but %(said)s") % {"said": said % {"count": ill}}
    if states["unknown"]:
        said = ngettext("%(count)s system gives no data.", "%(count)s systems give no data.", states["unknown"])
        return _("Nothing waits for you, but %(said)s") % {"said": said % {"count": states["unknown"]}}
    return _("Nothing needs you. Every promise is being kept.")


def _first(rows: Sequence[Waiting]) -> tuple[Waiting, ClockView, datetime] | None:
    """The first with a deadline that runs, its clock and when that is: what waits for others is nothing to do now."""
    for need in rows:
        clock = need.clock
        if clock and clock.due_at and clock.metric in _TO_DO and clock.state != "paused":
            return need, clock, clock.due_at
    return None


def _sentence(need: Waiting, clock: ClockView, due: datetime) -> str:
    in_time, late = _TO_DO[clock.metric]
    words = {"title": need.title, "client": need.client_name, "time": _time(due)}
    return str((late if clock.state == "breached" else in_time) % words)


def _time(due: datetime) -> str:
    local = localtime(due)
    return date_format(local, "H:i" if local.date() == localtime(now()).date() else "D j M, H:i")
