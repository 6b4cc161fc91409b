"""Calendars, policies and their versions, the clocks that run on them, and who is on call."""

from __future__ import annotations

from slas.bulk_retarget.models import TermsMove
from slas.calendars.models import Calendar, CalendarVersion, HolidayFeed, HolidayProposal
from slas.clocks.models import Clock, ClockEvent, ClockNotice
from slas.oncall.models import Override, Rota, TimeOff
from slas.policies.models import Policy, PolicyVersion, Target
from slas.states import ClockState, MoveState, ProposalState
from slas.words import Metric, Party, ResponseRule, Severity
