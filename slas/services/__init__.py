"""Writes of this app: calendars, policies, clocks."""

from __future__ import annotations

from slas.services.agreed_dates import agree_date
from slas.services.archiving import (
    archive_calendar,
    archive_policy,
    restore_calendar,
    restore_policy,
    update_calendar,
    update_policy,
    version_to_sign,
)
from slas.services.bulk_retarget import apply_move, discard_move, prepare_move, preview_move, step_moves
from slas.services.calendars import create_calendar, new_calendar_version
from slas.services.catalogue import install_catalogue
from slas.services.clocks import next_cycle, record_event, start_clocks
from slas.services.holidays import decide_holidays, follow_holidays, holidays_of, read_feeds
from slas.services.next_response import owe_answer
from slas.services.oncall import cancel_time_off, delete_rota, give_back, save_rota, take_over, take_time_off
from slas.services.pause_corrections import revoke_pause
from slas.services.policies import create_policy, new_policy_version
from slas.services.retargeting import Shift, preview_retarget, preview_start, retarget
from slas.services.simulation import simulate
from slas.services.sweep import BATCH, SweepResult, sweep_due
