"""Calendars, policies with their versions, clocks, and who is on call, for programs."""

from __future__ import annotations

from slas.api.calendars import Calendars
from slas.api.clocks import Clocks, Simulations
from slas.api.oncall import OnCall, Overrides, Rotas, TimesOff
from slas.api.policies import Policies
