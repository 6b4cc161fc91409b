"""Writes of this app: calendars, policies, clocks."""

from __future__ import annotations

from slas.services.catalogue import install_catalogue
from slas.services.clocks import next_cycle, record_event, start_clocks
from slas.services.moving import apply_move, discard_move, prepare_move, step_moves
from slas.services.policies import create_calendar, create_policy, new_calendar_version, new_policy_version
from slas.services.retargeting import Shift, preview_retarget, retarget
from slas.services.simulation import simulate
from slas.services.sweep import SweepResult, sweep_due

__all__ = [
    "Shift",
    "SweepResult",
    "apply_move",
    "create_calendar",
    "create_policy",
    "discard_move",
    "install_catalogue",
    "new_calendar_version",
    "new_policy_version",
    "next_cycle",
    "prepare_move",
    "preview_retarget",
    "record_event",
    "retarget",
    "simulate",
    "start_clocks",
    "step_moves",
    "sweep_due",
]
