"""The routes of ``/api/v1/``."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from agreements.api import Retainers, Tiers
from clients.api import Clients, Contacts, Systems
from incidents.api import Incidents
from monitoring.api import Alerts, Checks, Thresholds
from slas.api import Calendars, Clocks, Policies, Simulations

app_name = "api"
router = SimpleRouter(use_regex_path=False)
router.register("clients", Clients, basename="client")
router.register("contacts", Contacts, basename="contact")
router.register("systems", Systems, basename="system")
router.register("tiers", Tiers, basename="tier")
router.register("retainers", Retainers, basename="retainer")
router.register("policies", Policies, basename="policy")
router.register("calendars", Calendars, basename="calendar")
router.register("incidents", Incidents, basename="incident")
router.register("clocks", Clocks, basename="clock")
router.register("clocks", Simulations, basename="simulation")
router.register("checks", Checks, basename="check")
router.register("thresholds", Thresholds, basename="threshold")
router.register("alerts", Alerts, basename="alert")
urlpatterns = router.urls
