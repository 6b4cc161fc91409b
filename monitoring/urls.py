"""Addresses of checks, thresholds and alerts."""

from __future__ import annotations

from django.urls import path

from monitoring.alerts import web as alerts
from monitoring.checks import trying_web, web
from monitoring.maintenance import web as maintenance

app_name = "monitoring"
urlpatterns = [
    path("checks/", web.check_list, name="checks"),
    path("checks/new/<slug:client>/<slug:system>/", web.new_check, name="new_check"),
    path("checks/new/<slug:client>/<slug:system>/test/", trying_web.test_new, name="test_new"),
    path("checks/<uuid:check_id>/", web.check, name="check"),
    path("checks/<uuid:check_id>/edit/", web.edit_check, name="edit_check"),
    path("checks/<uuid:check_id>/test/", trying_web.test_changed, name="test_changed"),
    path("checks/<uuid:check_id>/switch/", web.switch, name="switch"),
    path("checks/<uuid:check_id>/run/", web.run_now, name="run"),
    path("checks/<uuid:check_id>/thresholds/new/", web.new_threshold, name="new_threshold"),
    path("checks/<uuid:check_id>/thresholds/effect/", web.threshold_effect, name="threshold_effect"),
    path("thresholds/<uuid:threshold_id>/edit/", web.edit_threshold, name="edit_threshold"),
    path("thresholds/<uuid:threshold_id>/remove/", web.remove_threshold, name="remove_threshold"),
    path("maintenance/<uuid:window_id>/call-off/", maintenance.call_off, name="call_off"),
    path("maintenance/<slug:client>/<slug:system>/", maintenance.plan, name="plan_maintenance"),
    path("alerts/", alerts.alert_list, name="alerts"),
    path("alerts/<int:number>/", alerts.alert, name="alert"),
]
