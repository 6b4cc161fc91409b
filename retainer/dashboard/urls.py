"""Addresses of the pages that show several apps at once."""

from __future__ import annotations

from django.urls import path

from retainer.dashboard import client, home, incident, review, saved, search, systems

app_name = "dashboard"
urlpatterns = [
    path("", home.home, name="home"),
    path("go/", search.go_to, name="go"),
    path("systems/", systems.systems, name="systems"),
    path("systems/<slug:client>/<slug:system>/", systems.system, name="system"),
    path("systems/<slug:client>/<slug:system>/series.json", systems.series, name="series"),
    path("clients/<slug:client>/", client.client, name="client"),
    path("sla-review/", review.sla_review, name="sla_review"),
    path("sla-review/export.csv", review.sla_review_csv, name="sla_review_csv"),
    path("views/new/", saved.save_view, name="save_view"),
    path("views/<uuid:view_id>/", saved.edit_view, name="edit_view"),
    path("views/<uuid:view_id>/delete/", saved.delete_view, name="delete_view"),
    path("incidents/<int:number>/", incident.incident, name="incident"),
    path("incidents/<int:number>/evidence.json", incident.evidence, name="evidence"),
]
