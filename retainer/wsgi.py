"""The web process."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from core.garbage import collect_less_often
from core.logs import SERVERS, take_over
from core.tenancy.boot import refuse_privileged_role
from core.web.live_cache import in_front_of
from retainer.limits import use_for_web

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer.settings")

application = in_front_of(get_wsgi_application())
take_over(*SERVERS)
refuse_privileged_role()
use_for_web()
collect_less_often()
