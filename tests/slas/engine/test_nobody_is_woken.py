"""S35 and X36: a warning falls into open time, whatever the clocks of the zone do."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from slas.engine import Warn, from_instant
from tests.slas.engine.support import HOUR, office, started

BERLIN = ZoneInfo("Europe/Berlin")
# The weeks around both changes of the hour, and an ordinary one.
WEEKS = ["2026-03-23", "2026-10-19", "2026-06-01"]
WARNINGS = (Warn(percent=50), Warn(percent=75), Warn(percent=90), Warn(seconds_before=1800), Warn(seconds_before=7200))


@given(
    week=st.sampled_from(WEEKS),
    minutes=st.integers(0, 14 * 1440),
    target=st.integers(1, 60).map(lambda quarter: quarter * HOUR // 4),
)
def test_s35_x36_a_warning_of_office_hours_falls_into_office_hours(week: str, minutes: int, target: int) -> None:
    begin = datetime.fromisoformat(week).replace(tzinfo=BERLIN) + timedelta(minutes=minutes)
    judged = started(begin.strftime("%Y-%m-%d %H:%M"), target, office(), WARNINGS)
    for warning in judged.warnings:
        if warning.warn.seconds_before is not None and warning.warn.seconds_before >= target:
            # It is due from the start, whenever that is: the person who opened it is awake.
            continue
        local = from_instant(warning.at).astimezone(BERLIN)
        assert local.weekday() < 5, local
        assert 9 * 60 <= local.hour * 60 + local.minute <= 17 * 60, local
    assert judged.due_at is not None
    due = from_instant(judged.due_at).astimezone(BERLIN)
    assert due.weekday() < 5
    assert 9 <= due.hour <= 17
