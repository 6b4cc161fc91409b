"""Addresses of clients, contacts and systems."""

from __future__ import annotations

from django.urls import path

from clients import web

app_name = "clients"
urlpatterns = [
    path("", web.client_list, name="list"),
    path("export.csv", web.export, name="export"),
    path("new/", web.new_client, name="new"),
    path("<slug:client>/edit/", web.edit_client, name="edit"),
    path("<slug:client>/go-live/", web.go_live, name="go_live"),
    path("<slug:client>/contacts/new/", web.new_contact, name="new_contact"),
    path("<slug:client>/contacts/<uuid:contact_id>/edit/", web.edit_contact, name="edit_contact"),
    path("<slug:client>/contacts/<uuid:contact_id>/invite/", web.invite_contact, name="invite_contact"),
    path("<slug:client>/systems/new/", web.new_system, name="new_system"),
    path("<slug:client>/systems/<slug:system>/edit/", web.edit_system, name="edit_system"),
]
