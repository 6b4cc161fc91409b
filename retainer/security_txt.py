"""Whom somebody tells that they found a hole: ``/.well-known/security.txt`` by RFC 9116."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from core.access.views import public
from core.clock import now
from retainer.production import contact_uri, moment


@public
@require_GET
def security_txt(request: HttpRequest) -> HttpResponse:
    """The operator's contact and until when it holds. Nothing where there is none, or where it has run out: whoever
    reads an old one must not rely on it."""
    ends = moment(settings.SECURITY_EXPIRES)
    if not settings.SECURITY_CONTACT or ends is None or ends <= now():
        raise Http404
    return HttpResponse("".join(f"{line}\n" for line in _lines(ends)), content_type="text/plain; charset=utf-8")


def _lines(ends: datetime) -> list[str]:
    lines = [f"Contact: {contact_uri(contact)}" for contact in settings.SECURITY_CONTACT]
    lines.append(f"Expires: {ends.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    if settings.SECURITY_POLICY:
        lines.append(f"Policy: {settings.SECURITY_POLICY}")
    return [*lines, "Preferred-Languages: en", f"Canonical: {settings.BASE_URL}/.well-known/security.txt"]
