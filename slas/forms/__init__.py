"""Forms for calendars, policies and who is on call."""

from __future__ import annotations

from slas.forms.calendars import CalendarForm, CalendarNameForm, HolidayFeedForm
from slas.forms.fields import duration_text, parse_duration, parse_windows, windows_text
from slas.forms.oncall import RotaForm, StretchForm, TimeOffForm
from slas.forms.policies import PolicyForm, PolicyNameForm
