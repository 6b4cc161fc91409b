"""Makes the database roles that are missing. Run before ``migrate``, as somebody who may create roles."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from psycopg2 import Error
from psycopg2.extensions import parse_dsn

from core.tenancy.roles import ensure_roles


class Command(BaseCommand):
    """``manage.py prepare_database``"""

    help = "Makes the roles retainer_owner, retainer_app, retainer_portal and retainer_sweeper where they are missing."
    # The checks would connect, and there may be nothing to connect as yet.
    requires_system_checks: list[str] = []

    def handle(self, *_args: str, **_options: str | bool | int | None) -> None:
        """Prints the roles it made."""
        app_user = str(parse_dsn(settings.DATABASE_URL).get("user", "retainer_app"))
        try:
            made = ensure_roles(owner_dsn=settings.DATABASE_OWNER_URL, app_user=app_user)
        except Error as error:
            raise CommandError(f"The roles could not be made: {error}. See docs/operations.md.") from error
        self.stdout.write(f"Made: {', '.join(made)}." if made else "All roles are there.")
