"""Addresses of clients, contacts and systems."""

from __future__ import annotations

from django.urls import path

from clients import archive_web, web

app_name = "clients"
urlpatterns = [
    path("", web.client_list, name="list"),
    path("export.csv", web.export, name="export"),
    path("new/", web.new_client, name="new"),
    path("<slug:client>/edit/", web.edit_client, name="edit"),
    path("<slug:client>/go-live/", web.go_live, name="go_live"),
    path("<slug:client>/archive/", archive_web.archive_client, name="archive"),
    path("<slug:client>/restore/", archive_web.restore_client, name="restore"),
    path("<slug:client>/contacts/new/", web.new_contact, name="new_contact"),
    path("<slug:client>/contacts/<uuid:contact_id>/edit/", web.edit_contact, name="edit_contact"),
    path("<slug:client>/contacts/<uuid:contact_id>/invite/", web.invite_contact, name="invite_contact"),
    path("<slug:client>/contacts/<uuid:contact_id>/remove/", archive_web.end_contact, name="end_contact"),
    path("<slug:client>/contacts/<uuid:contact_id>/restore/", archive_web.restore_contact, name="restore_contact"),
    path("<slug:client>/systems/new/", web.new_system, name="new_system"),
    path("<slug:client>/systems/<slug:system>/edit/", web.edit_system, name="edit_system"),
    path("<slug:client>/systems/<slug:system>/archive/", archive_web.archive_system, name="archive_system"),
    path("<slug:client>/systems/<slug:system>/restore/", archive_web.restore_system, name="restore_system"),
]
