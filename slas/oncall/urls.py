"""Addresses of who is on call."""

from __future__ import annotations

from django.urls import path

from slas.oncall import web as web

app_name = "oncall"
urlpatterns = [
    path("", web.on_call, name="home"),
    path("new/", web.new_rota, name="new"),
    path("time-off/", web.time_off, name="time_off"),
    path("time-off/<uuid:time_off_id>/remove/", web.cancel_time_off, name="cancel_time_off"),
    path("taken-over/<uuid:override_id>/remove/", web.give_back, name="give_back"),
    path("<uuid:rota_id>/", web.edit_rota, name="edit"),
    path("<uuid:rota_id>/delete/", web.delete_rota, name="delete"),
    path("<uuid:rota_id>/take-over/", web.take_over, name="take_over"),
]
