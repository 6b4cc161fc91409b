"""The routes of ``/api/v1/``."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from agreements.api import Retainers, Tiers
from backlog.api import BacklogItems
from clients.api import Clients, Contacts, Systems
from clients.approvals.api import Approvals
from incidents.api import Disputes, Incidents
from monitoring.alerts.api import Alerts
from monitoring.checks.api import Checks, Thresholds
from monitoring.maintenance.api import MaintenanceWindows
from retainer.api.people import AuditEvents, Members
from retainer.api.reports import Attainments, Uptimes
from retainer.api.webhooks import Deliveries, Webhooks
from slas.calendars.api import Calendars
from slas.clocks.api import Clocks, Simulations
from slas.oncall.api import OnCall, Overrides, Rotas, TimesOff
from slas.policies.api import Policies

app_name = "api"
router = SimpleRouter(use_regex_path=False)
router.register("clients", Clients, basename="client")
router.register("contacts", Contacts, basename="contact")
router.register("systems", Systems, basename="system")
router.register("tiers", Tiers, basename="tier")
router.register("retainers", Retainers, basename="retainer")
router.register("approvals", Approvals, basename="approval")
router.register("policies", Policies, basename="policy")
router.register("calendars", Calendars, basename="calendar")
router.register("incidents", Incidents, basename="incident")
router.register("disputes", Disputes, basename="dispute")
router.register("clocks", Clocks, basename="clock")
router.register("clocks", Simulations, basename="simulation")
router.register("checks", Checks, basename="check")
router.register("thresholds", Thresholds, basename="threshold")
router.register("alerts", Alerts, basename="alert")
router.register("rotas", Rotas, basename="rota")
router.register("overrides", Overrides, basename="override")
router.register("time-off", TimesOff, basename="time-off")
router.register("on-call", OnCall, basename="on-call")
router.register("maintenance-windows", MaintenanceWindows, basename="maintenance-window")
router.register("backlog-items", BacklogItems, basename="backlog-item")
router.register("members", Members, basename="member")
router.register("webhooks", Webhooks, basename="webhook")
router.register("deliveries", Deliveries, basename="delivery")
router.register("audit", AuditEvents, basename="audit")
router.register("attainment", Attainments, basename="attainment")
router.register("uptime", Uptimes, basename="uptime")
urlpatterns = router.urls
