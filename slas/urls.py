"""Addresses of response times and calendars."""

from __future__ import annotations

from django.urls import path

from slas import archive_web as archiving
from slas.bulk_retarget import web as moves
from slas.calendars import web as calendars
from slas.policies import web as policies

app_name = "slas"
urlpatterns = [
    path("", policies.policies, name="policies"),
    path("new/", policies.new_policy, name="new_policy"),
    path("moves/<uuid:move_id>/", moves.move, name="move"),
    path("moves/<uuid:move_id>/apply/", moves.apply_move, name="apply_move"),
    path("moves/<uuid:move_id>/discard/", moves.discard_move, name="discard_move"),
    path("calendars/<slug:calendar>/move/", moves.prepare_calendar_move, name="prepare_calendar_move"),
    path("calendars/all/", calendars.calendars, name="calendars"),
    path("calendars/new/", calendars.new_calendar, name="new_calendar"),
    path("calendars/<slug:calendar>/", calendars.calendar, name="calendar"),
    path("calendars/<slug:calendar>/rename/", archiving.rename_calendar, name="rename_calendar"),
    path("calendars/<slug:calendar>/archive/", archiving.archive_calendar, name="archive_calendar"),
    path("calendars/<slug:calendar>/restore/", archiving.restore_calendar, name="restore_calendar"),
    path("calendars/<slug:calendar>/holidays/", calendars.follow_holidays, name="follow_holidays"),
    path("calendars/<slug:calendar>/holidays/decide/", calendars.decide_holidays, name="decide_holidays"),
    path("calendars/<slug:calendar>/new-version/", calendars.new_calendar_version, name="new_calendar_version"),
    # Last, since a policy's address takes any word.
    path("<slug:policy>/move/", moves.prepare_policy_move, name="prepare_policy_move"),
    path("<slug:policy>/", policies.policy, name="policy"),
    path("<slug:policy>/rename/", archiving.rename_policy, name="rename_policy"),
    path("<slug:policy>/archive/", archiving.archive_policy, name="archive_policy"),
    path("<slug:policy>/restore/", archiving.restore_policy, name="restore_policy"),
    path("<slug:policy>/new-version/", policies.new_version, name="new_version"),
]
