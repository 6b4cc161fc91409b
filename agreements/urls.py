"""Addresses of retainers and plans."""

from __future__ import annotations

from django.urls import path

from agreements import proposal_web, web

app_name = "agreements"
urlpatterns = [
    path("", web.retainer_list, name="list"),
    path("plans/", web.tiers, name="tiers"),
    path("new/<slug:client>/", web.new_retainer, name="new"),
    path("<uuid:retainer_id>/", web.retainer, name="retainer"),
    path("<uuid:retainer_id>/edit/", web.edit_retainer, name="edit"),
    path("<uuid:retainer_id>/cover/", web.cover, name="cover"),
    path("<uuid:retainer_id>/propose/", proposal_web.propose, name="propose"),
    path("<uuid:retainer_id>/back-to-draft/", proposal_web.back_to_draft, name="back_to_draft"),
    path("<uuid:retainer_id>/activate/", web.activate, name="activate"),
    path("<uuid:retainer_id>/end/", web.end, name="end"),
]
