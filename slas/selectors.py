"""Reads of this app: calendars, policies, clocks, and who is on call."""

from __future__ import annotations

from slas.bulk_retarget.selectors import move, move_token
from slas.calendars.selectors import (
    Day,
    all_holidays,
    calendar,
    calendar_versions,
    calendars,
    coming_days,
    holiday_feed,
    latest_calendar_versions,
    newest_calendar_version,
    proposed_holidays,
)
from slas.clocks.selectors import (
    ClockView,
    SegmentView,
    clock,
    clock_views,
    clocks,
    clocks_of,
    current,
    forgotten_clocks,
    nearest_due,
    open_clocks,
    open_clocks_of,
)
from slas.oncall.selectors import (
    ADDRESSEE_LABELS,
    Duty,
    addressee_choices,
    addressee_label,
    duties,
    on_call,
    overrides,
    rota,
    rotas,
    time_off,
)
from slas.policies.selectors import (
    METRICS,
    SEVERITIES,
    TargetCell,
    TargetRow,
    findings,
    hours_of,
    latest_policy_versions,
    message_is_response,
    metric_label,
    party_label,
    policies,
    policy,
    policy_by_slug,
    policy_version,
    reopen_days,
    said_versions,
    severity_texts,
    stops_for,
    target_table,
    target_tables,
    targets_of,
    versions_of,
    wording,
)
