"""The address somebody calls from, by one rule for limits, sessions and the audit trail."""

from __future__ import annotations

import ipaddress

import structlog
from django.conf import settings
from django.http import HttpRequest

log = structlog.get_logger("request")
_warned: list[bool] = []


def client_ip(request: HttpRequest) -> str | None:
    """The caller's address as the nearest trusted proxy saw it; a forged header in front of it counts for nothing.

    Where the operator has named no proxies it is the other end of the connection, whatever a header says.
    """
    from_proxies = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    trusted = _trusted_proxies()
    if from_proxies and not trusted and not _warned:
        _warned.append(True)
        log.warning("X-Forwarded-For is not believed: set TRUSTED_PROXY_COUNT if a proxy of yours wrote it")
    said = from_proxies[-trusted] if trusted and len(from_proxies) >= trusted else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(said))
    except ValueError:
        # A socket's file, or a proxy that writes something else: nothing that the audit trail could hold.
        return None


def _trusted_proxies() -> int:
    from_settings: int = settings.TRUSTED_PROXY_COUNT
    return from_settings
