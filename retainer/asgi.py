"""The same application for an asynchronous server."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

from core.logs import SERVERS, take_over
from core.tenancy.boot import refuse_privileged_role
from retainer.limits import use_for_web

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer.settings")

application = get_asgi_application()
take_over(*SERVERS)
refuse_privileged_role()
use_for_web()
