"""``/api/schema/``: the committed OpenAPI description as YAML or JSON, and ``/api/docs/``: the same for people.

All are made of the file, which a test holds to be the generated one: anybody may ask, and generating takes a second.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.access.views import public
from core.web.problems import problem_response
from retainer.api import reading
from retainer.errors import not_found

DESCRIPTION = Path(__file__).with_name("openapi.yaml")
# What is asked for by name, and the media types that mean it. The first one is what asks for nothing in particular.
TYPES = {
    "yaml": ("application/vnd.oai.openapi", "application/yaml", "application/x-yaml", "text/yaml"),
    "json": ("application/json", "application/vnd.oai.openapi+json"),
    "html": ("text/html",),
}
SENT_AS = {"yaml": "application/vnd.oai.openapi; charset=utf-8", "json": "application/json"}


@public
@require_GET
def schema(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3 as YAML, or as JSON by ``?format=json`` or by the Accept header. A browser is shown the page."""
    wanted = request.GET.get("format") or _accepted(request)
    if wanted == "html":
        answer: HttpResponse = redirect("api_docs")
    elif wanted in SENT_AS:
        answer = HttpResponse(text(wanted), content_type=SENT_AS[wanted])
    else:
        answer = problem_response(400, _("Ask for format=json or format=yaml."), code="invalid")
    patch_vary_headers(answer, ["Accept"])
    return answer


def _accepted(request: HttpRequest) -> str:
    """The format that the caller likes best; YAML where it takes any or none of them."""
    for media in sorted(request.accepted_types, key=lambda media: -media.quality):
        for name, types in TYPES.items():
            if any(str(media).split(";")[0].strip() == known for known in types):
                return name
    return "yaml"


@lru_cache(maxsize=2)
def text(form: str) -> bytes:
    """The description in one of the two forms."""
    if form == "yaml":
        return DESCRIPTION.read_bytes()
    return json.dumps(described(), ensure_ascii=False).encode()


@lru_cache(maxsize=1)
def described() -> reading.Spec:
    """The description as Python's own values."""
    loaded: reading.Spec = yaml.load(DESCRIPTION.read_bytes(), Loader=yaml.CSafeLoader)
    return loaded


@lru_cache(maxsize=1)
def _nouns() -> list[reading.Noun]:
    return reading.nouns(described())


@public
@require_GET
def docs(request: HttpRequest, noun: str = "") -> HttpResponse:
    """The API for people: how calls are made, or one noun with all that can be done to it."""
    found = next((one for one in _nouns() if one.name == noun), None)
    if noun and found is None:
        return not_found(request)
    problem = reading.fields_of(described(), {"$ref": "#/components/schemas/Problem"})
    context = {
        "nouns": _nouns(),
        "noun": found,
        "about": described()["info"]["description"],
        "problem": problem,
        "base": settings.BASE_URL,
    }
    return render(request, "api/noun.html" if found else "api/start.html", context)
