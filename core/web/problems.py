"""Refusals for programs: RFC 9457 problem documents."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.json_values import JsonValue

CONTENT_TYPE = "application/problem+json"
TITLES = {
    400: gettext_noop("Bad request"),
    401: gettext_noop("Not signed in"),
    403: gettext_noop("Not allowed"),
    404: gettext_noop("Not found"),
    405: gettext_noop("Method not allowed"),
    409: gettext_noop("Conflict"),
    413: gettext_noop("Too large"),
    422: gettext_noop("Key used for another request"),
    429: gettext_noop("Too many requests"),
    503: gettext_noop("Took too long"),
}


def problem_response(status: int, detail: str, *, code: str, **more: JsonValue) -> HttpResponse:
    """A problem: ``title`` names the kind, ``detail`` says what to do, ``code`` is for programs.

    ``more`` is added as it stands, such as ``errors=[{"field": ..., "message": ...}]``.
    """
    body = {
        "type": "about:blank",
        "title": _(TITLES.get(status, gettext_noop("Error"))),
        "status": status,
        "detail": detail,
        "code": code,
        **more,
    }
    return HttpResponse(json.dumps(body), status=status, content_type=CONTENT_TYPE)
