"""The list of AI systems, and one system: where it stands, its values over time, its checks and incidents."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agreements import selectors as agreements
from backlog import selectors as backlog
from clients import selectors as clients
from core.access.roles import Capability
from core.access.views import staff
from core.errors import NotFound
from core.selectors import names_of, news_version
from core.web.pages import listed, page, unchanged
from core.web.standing import version_of
from incidents import selectors as incidents
from monitoring import selectors as monitoring
from monitoring.ranges import chart_grid
from retainer.dashboard.charts import chart
from retainer.dashboard.portfolio import WORST_FIRST
from retainer.dashboard.uptime import days_of, months_of
