"""Addresses of incidents: the list, opening one, and each step as a POST of its own."""

from __future__ import annotations

from django.urls import path

from incidents.web import listing, opening, several, steps

app_name = "incidents"
urlpatterns = [
    path("", listing.incident_list, name="list"),
    path("export.csv", listing.export, name="export"),
    path("several/acknowledge/", several.acknowledge, name="acknowledge_several"),
    path("several/assign/", several.assign, name="assign_several"),
    path("new/", opening.new_incident, name="new"),
    path("new/effect/", opening.opening_effect, name="opening_effect"),
    path("<int:number>/steps/<slug:step>/", steps.take_step, name="step"),
    path("<int:number>/note/", steps.note, name="note"),
    path("<int:number>/update/", steps.update, name="update"),
    path("<int:number>/client-message/", steps.client_message, name="client_message"),
    path("<int:number>/agree/", steps.agree, name="agree"),
    path("<int:number>/reviews/<uuid:dispute_id>/", steps.decide, name="decide"),
    path("<int:number>/pause/", steps.pause, name="pause"),
    path("<int:number>/severity/", steps.severity, name="severity"),
    path("<int:number>/policy/", steps.policy, name="policy"),
    path("<int:number>/merge/", steps.merge, name="merge"),
    path("<int:number>/assign/", steps.assign, name="assign"),
]
