"""Addresses of approvals."""

from __future__ import annotations

from django.urls import path

from clients.approvals import web

app_name = "approvals"
urlpatterns = [
    path("", web.approvals, name="list"),
    path("export.csv", web.export, name="export"),
    path("<uuid:approval_id>/", web.approval, name="approval"),
    path("<uuid:approval_id>/answer/", web.answer, name="answer"),
    path("<uuid:approval_id>/ask-also/", web.ask_also, name="ask_also"),
    path("<uuid:approval_id>/offline/", web.offline, name="offline"),
    path("<uuid:approval_id>/withdraw/", web.withdraw, name="withdraw"),
    path("<uuid:approval_id>/evidence.json", web.evidence, name="evidence"),
]
