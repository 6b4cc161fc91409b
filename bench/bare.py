"""A bare Django view: no middleware, no models; the statements of a file and the bytes of its answer."""

from __future__ import annotations

import json
import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="bare",
    DATABASES={"default": json.loads(os.environ["BENCH_DATABASE"])},
)
SAID = json.loads(Path(os.environ["BENCH_BARE"]).read_text())


def view(_request: HttpRequest) -> HttpResponse:
    """Runs every statement, reads its rows, writes the answer's data anew, or its text as it was."""
    with connection.cursor() as cursor:
        for statement in SAID["statements"]:
            cursor.execute(statement)
            if cursor.description:
                cursor.fetchall()
    body = json.dumps(SAID["data"]) if "data" in SAID else SAID["text"]
    return HttpResponse(body, content_type=SAID["kind"])


urlpatterns = [path("", view)]
application = get_wsgi_application()
