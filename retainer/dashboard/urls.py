"""Addresses of the pages that show several apps at once."""

from __future__ import annotations

from django.urls import path

from retainer.dashboard import client, home, incident, search, systems

app_name = "dashboard"
urlpatterns = [
    path("", home.home, name="home"),
    path("go/", search.go_to, name="go"),
    path("systems/", systems.systems, name="systems"),
    path("systems/<slug:client>/<slug:system>/", systems.system, name="system"),
    path("systems/<slug:client>/<slug:system>/series.json", systems.series, name="series"),
    path("clients/<slug:client>/", client.client, name="client"),
    path("incidents/<int:number>/", incident.incident, name="incident"),
    path("incidents/<int:number>/evidence.json", incident.evidence, name="evidence"),
]
