"""Addresses of incidents: the list, opening one, and each step as a POST of its own."""

from __future__ import annotations

from django.urls import path

from incidents import web

app_name = "incidents"
urlpatterns = [
    path("", web.incident_list, name="list"),
    path("export.csv", web.export, name="export"),
    path("new/", web.new_incident, name="new"),
    path("<int:number>/steps/<slug:step>/", web.take_step, name="step"),
    path("<int:number>/note/", web.note, name="note"),
    path("<int:number>/update/", web.update, name="update"),
    path("<int:number>/client-message/", web.client_message, name="client_message"),
    path("<int:number>/agree/", web.agree, name="agree"),
    path("<int:number>/reviews/<uuid:dispute_id>/", web.decide, name="decide"),
    path("<int:number>/pause/", web.pause, name="pause"),
    path("<int:number>/severity/", web.severity, name="severity"),
    path("<int:number>/policy/", web.policy, name="policy"),
    path("<int:number>/merge/", web.merge, name="merge"),
    path("<int:number>/assign/", web.assign, name="assign"),
]
