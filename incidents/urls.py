"""Addresses of incidents: the list, opening one, and each step as a POST of its own."""

from __future__ import annotations

from django.urls import path

from incidents.web import actions, listing, opening, several

app_name = "incidents"
urlpatterns = [
    path("", listing.incident_list, name="list"),
    path("export.csv", listing.export, name="export"),
    path("several/acknowledge/", several.acknowledge, name="acknowledge_several"),
    path("several/assign/", several.assign, name="assign_several"),
    path("new/", opening.new_incident, name="new"),
    path("new/effect/", opening.opening_effect, name="opening_effect"),
    path("<int:number>/steps/<slug:step>/", actions.take_action, name="step"),
    path("<int:number>/note/", actions.note, name="note"),
    path("<int:number>/update/", actions.update, name="update"),
    path("<int:number>/client-message/", actions.client_message, name="client_message"),
    path("<int:number>/agree/", actions.agree, name="agree"),
    path("<int:number>/reviews/<uuid:dispute_id>/", actions.decide, name="decide"),
    path("<int:number>/pause/", actions.pause, name="pause"),
    path("<int:number>/severity/", actions.severity, name="severity"),
    path("<int:number>/policy/", actions.policy, name="policy"),
    path("<int:number>/merge/", actions.merge, name="merge"),
    path("<int:number>/assign/", actions.assign, name="assign"),
]
