"""Calendars, policies and their versions, the clocks that run on them, and who is on call."""

from __future__ import annotations

from slas.models.calendars import Calendar, CalendarVersion, HolidayFeed, HolidayProposal
from slas.models.clocks import Clock, ClockEvent, ClockNotice
from slas.models.moves import TermsMove
from slas.models.oncall import Override, Rota, TimeOff
from slas.models.policies import Policy, PolicyVersion, Target
from slas.models.words import ClockState, Metric, MoveState, Party, ProposalState, ResponseRule, Severity
