"""A calendar in one line, as people would say it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from slas.engine import WEEKDAYS, CalendarHours


def hours_in_words(spec: CalendarHours | str) -> str:
    """ "Mon–Fri 09:00–17:00 · Europe/Berlin · 2 special dates", from CalendarSpec's JSON shape."""
    if isinstance(spec, str) or spec.get("always"):
        return _("Around the clock")
    days = [(place, _windows(spec.get("weekly", {}).get(name, []))) for place, name in enumerate(WEEKDAYS)]
    runs = [list(run) for _hours, run in groupby(days, key=lambda one: one[1])]
    parts = [f"{_span(run[0][0], run[-1][0])} {run[0][1]}" for run in runs if run[0][1]]
    line = [", ".join(parts) or _("only on named dates"), spec["zone"]]
    if special := len(spec.get("dates", {})):
        line.append(ngettext("%(count)s special date", "%(count)s special dates", special) % {"count": special})
    return " · ".join(line)


def _windows(windows: Sequence[Sequence[str]]) -> str:
    return " ".join(f"{start}–{end}" for start, end in windows)


def _span(first: int, last: int) -> str:
    names = str(WEEKDAYS_ABBR[first]), str(WEEKDAYS_ABBR[last])
    return names[0] if first == last else f"{names[0]}–{names[1]}"
