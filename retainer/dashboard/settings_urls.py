"""Addresses of the settings pages."""

from __future__ import annotations

from django.urls import path

from retainer.dashboard import machines as programs
from retainer.dashboard import settings as pages

app_name = "settings"
urlpatterns = [
    path("", pages.home, name="home"),
    path("agency/", pages.agency_settings, name="agency"),
    path("agency/sender/", pages.check_sender, name="check_sender"),
    path("people/", pages.people, name="people"),
    path("people/invite/", pages.invite, name="invite"),
    path("people/invitations/<uuid:invitation_id>/revoke/", pages.revoke_invitation, name="revoke_invitation"),
    path("people/<uuid:member_id>/role/", pages.member_role, name="member_role"),
    path("people/<uuid:member_id>/remove/", pages.remove_member, name="remove_member"),
    path("api/", programs.machines, name="machines"),
    path("api/tokens/new/", programs.new_token, name="new_token"),
    path("api/tokens/<uuid:token_id>/revoke/", programs.revoke_token, name="revoke_token"),
    path("api/receivers/new/", programs.new_endpoint, name="new_endpoint"),
    path("api/receivers/<uuid:endpoint_id>/secret/", programs.rotate_secret, name="rotate_secret"),
    path("api/receivers/<uuid:endpoint_id>/archive/", programs.archive_endpoint, name="archive_endpoint"),
    path("api/receivers/<uuid:endpoint_id>/restore/", programs.restore_endpoint, name="restore_endpoint"),
    path("api/receivers/<uuid:endpoint_id>/delete/", programs.delete_endpoint, name="delete_endpoint"),
    path("audit/", pages.audit, name="audit"),
    path("audit.csv", pages.audit_csv, name="audit_csv"),
]
