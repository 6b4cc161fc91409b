"""Every address. Each view declares who may come in; the access middleware refuses a route that does not."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from retainer import health, security_txt
from retainer.api.description import docs, schema
from retainer.dashboard import entry, gallery, notice, profile
from retainer.portal import approving, asking

urlpatterns: list[URLPattern | URLResolver] = [
    # First, because every address is tried in this order, and programs ask most often.
    path("api/v1/", include("retainer.api.urls")),
    path("", entry.home, name="home"),
    path("start/", entry.start, name="start"),
    path("invite/<str:token>/", entry.invitation, name="invitation"),
    path("notice/<str:token>/", notice.notice, name="notice"),
    path("review/<str:token>/", asking.review_wait, name="review_wait"),
    path("approve/<str:token>/", approving.decide, name="approve"),
    path("me/", profile.profile, name="profile"),
    path("brand/<str:colour>.css", entry.brand, name="brand"),
    path("accounts/", include("allauth.urls")),
    path("a/<slug:agency>/clients/", include("clients.urls")),
    path("a/<slug:agency>/retainers/", include("agreements.urls")),
    path("a/<slug:agency>/approvals/", include("clients.approvals.urls")),
    path("a/<slug:agency>/incidents/", include("incidents.urls")),
    path("a/<slug:agency>/backlog/", include("backlog.urls")),
    path("a/<slug:agency>/", include("monitoring.urls")),
    path("a/<slug:agency>/settings/", include("retainer.dashboard.settings_urls")),
    path("a/<slug:agency>/settings/response-times/", include("slas.urls")),
    path("a/<slug:agency>/settings/on-call/", include("slas.oncall.urls")),
    # After the apps' own pages: "clients/new/" is no client called "new".
    path("a/<slug:agency>/", include("retainer.dashboard.urls")),
    path("p/<slug:agency>/<slug:client>/", include("retainer.portal.urls")),
    path("api/schema/", schema, name="schema"),
    path("api/docs/", docs, name="api_docs"),
    path("api/docs/<slug:noun>/", docs, name="api_noun"),
    path(".well-known/security.txt", security_txt.security_txt, name="security_txt"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("healthz/pipeline", health.pipeline, name="pipeline"),
    path("metrics", health.metrics, name="metrics"),
]

if settings.RETAINER_ENV != "production":
    urlpatterns.append(path("gallery/", gallery.gallery, name="gallery"))

handler400 = "retainer.errors.bad_request"
handler403 = "retainer.errors.forbidden"
handler404 = "retainer.errors.not_found"
handler500 = "retainer.errors.server_error"
