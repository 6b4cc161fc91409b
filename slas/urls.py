"""Addresses of response times and calendars."""

from __future__ import annotations

from django.urls import path

from slas import web

app_name = "slas"
urlpatterns = [
    path("", web.policies, name="policies"),
    path("new/", web.new_policy, name="new_policy"),
    path("moves/<uuid:move_id>/", web.move, name="move"),
    path("moves/<uuid:move_id>/apply/", web.apply_move, name="apply_move"),
    path("moves/<uuid:move_id>/discard/", web.discard_move, name="discard_move"),
    path("<slug:policy>/move/", web.prepare_policy_move, name="prepare_policy_move"),
    path("calendars/<slug:calendar>/move/", web.prepare_calendar_move, name="prepare_calendar_move"),
    path("<slug:policy>/", web.policy, name="policy"),
    path("<slug:policy>/new-version/", web.new_version, name="new_version"),
    path("calendars/all/", web.calendars, name="calendars"),
    path("calendars/new/", web.new_calendar, name="new_calendar"),
    path("calendars/<slug:calendar>/new-version/", web.new_calendar_version, name="new_calendar_version"),
]
