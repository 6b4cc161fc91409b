"""Refuses to serve or work as a role that could walk around the walls."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from core.tenancy.roles import privileged_because


def refuse_privileged_role() -> None:
    """Raises where the process has logged in as superuser, owner or a role with BYPASSRLS."""
    with connection.cursor() as cursor:
        why = privileged_because(cursor)
    connection.close()
    if why:
        raise ImproperlyConfigured(f"{why}: DATABASE_URL must log in as a role that row-level security binds.")
