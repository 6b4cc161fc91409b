"""The SLA engine: a pure function from terms, events and now to a judgement. Standard library only.

Instants are whole epoch seconds, intervals are half-open, durations are seconds of open time. `calendar` says
what open means, `events` in which order things take effect, `judge` what a clock says, `explain` why.
"""

from __future__ import annotations

from slas.engine.calendar import (
    ALWAYS,
    MOST_DATES,
    MOST_WINDOWS,
    WEEKDAYS,
    CalendarError,
    CalendarHours,
    CalendarSpec,
    Interval,
    load_zone,
    refuse_large,
)
from slas.engine.compiled import CompiledCalendar, HorizonError, calculating_aside, compile_calendar
from slas.engine.events import (
    EVENT_KINDS,
    RETARGET_MODES,
    Event,
    EventError,
    EventKind,
    RetargetMode,
    in_order,
    validate_events,
)
from slas.engine.explain import Explanation, Line, Part, countdown_text, duration_text, explain, line_text
from slas.engine.instants import format_instant, from_instant, parse_instant, to_instant
from slas.engine.judge import DueWarning, Judgement, Segment, SegmentKind, State, judge
from slas.engine.kept import Kept
from slas.engine.terms import Terms, TermsError, Warn, at_risk_threshold, default_warnings
