"""Writes of this app: calendars, policies, clocks."""

from __future__ import annotations

from slas.archiving import (
    archive_calendar,
    archive_policy,
    restore_calendar,
    restore_policy,
    update_calendar,
    update_policy,
    version_to_sign,
)
from slas.bulk_retarget.services import apply_move, discard_move, prepare_move, preview_move, step_moves
from slas.calendars.holidays import decide_holidays, follow_holidays, holidays_of, read_feeds
from slas.calendars.services import create_calendar, new_calendar_version
from slas.clocks.agreed_dates import agree_date
from slas.clocks.next_response import owe_answer
from slas.clocks.pause_corrections import revoke_pause
from slas.clocks.retargeting import Shift, preview_retarget, preview_start, retarget
from slas.clocks.services import next_cycle, record_event, start_clocks
from slas.clocks.simulation import simulate
from slas.clocks.sweep import BATCH, SweepResult, sweep_due
from slas.oncall.services import cancel_time_off, delete_rota, give_back, save_rota, take_over, take_time_off
from slas.policies.installing import install_catalogue
from slas.policies.services import create_policy, new_policy_version
