"""``/api/schema/``: the committed OpenAPI description, which a test holds to be the generated one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse

from core.access.views import public

DESCRIPTION = Path(__file__).with_name("openapi.yaml")


@lru_cache(maxsize=1)
def _text() -> bytes:
    return DESCRIPTION.read_bytes()


@public
def schema(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3 as YAML. Read from the file, because anybody may ask and generating it takes a second."""
    return HttpResponse(_text(), content_type="application/vnd.oai.openapi; charset=utf-8")
