"""Addresses of the backlog."""

from __future__ import annotations

from django.urls import path

from backlog import web

app_name = "backlog"
urlpatterns = [
    path("", web.backlog, name="list"),
    path("from/<int:number>/", web.from_incident, name="from_incident"),
    path("<uuid:item_id>/", web.edit, name="edit"),
    path("<uuid:item_id>/move/", web.move, name="move"),
]
