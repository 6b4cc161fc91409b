"""Addresses of retainers and plans."""

from __future__ import annotations

from django.urls import path

from agreements import web

app_name = "agreements"
urlpatterns = [
    path("", web.retainer_list, name="list"),
    path("plans/", web.tiers, name="tiers"),
    path("new/<slug:client>/", web.new_retainer, name="new"),
    path("<uuid:retainer_id>/", web.retainer, name="retainer"),
    path("<uuid:retainer_id>/edit/", web.edit_retainer, name="edit"),
    path("<uuid:retainer_id>/cover/", web.cover, name="cover"),
    path("<uuid:retainer_id>/activate/", web.activate, name="activate"),
    path("<uuid:retainer_id>/end/", web.end, name="end"),
]
