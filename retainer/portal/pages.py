"""The portal: the same selectors and the same numbers as the dashboard, in a database role that cannot write."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agreements import selectors as agreements
from backlog import selectors as backlog
from clients import selectors as clients
from core.access.roles import Right
from core.access.views import portal
from core.clock import now
from core.errors import NotFound
from core.web.pages import listed, page, unchanged
from core.web.standing import version_of
from incidents import selectors as incidents
from incidents.services import DISPUTABLE_FOR
from incidents.timeline import mark_of, text_of
from monitoring import selectors as monitoring
from monitoring.ranges import chart_grid
from retainer.dashboard.charts import chart
from retainer.dashboard.uptime import days_of, months_of
