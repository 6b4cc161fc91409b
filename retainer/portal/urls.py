"""Addresses of the portal."""

from __future__ import annotations

from django.urls import path

from retainer.portal import pages

app_name = "portal"
urlpatterns = [
    path("", pages.home, name="home"),
    path("systems/", pages.systems, name="systems"),
    path("systems/<slug:system>/", pages.system, name="system"),
    path("systems/<slug:system>/series.json", pages.series, name="series"),
    path("incidents/", pages.incidents_list, name="incidents"),
    path("incidents/<int:number>/", pages.incident, name="incident"),
    path("agreement/", pages.agreement, name="agreement"),
]
