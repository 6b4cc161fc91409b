"""Lets an operator pass an event that cannot be dealt with, so that those behind it go on."""

from __future__ import annotations

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from core.outbox import pass_event
from core.selectors import all_agencies
from core.tenancy.scope import tenant_scope


class Command(BaseCommand):
    """``manage.py pass_event AGENCY EVENT --reason "…"``"""

    help = "Marks an event as dealt with although a handler of it fails. The reason goes into the agency's audit trail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The agency's slug, the event's id, and why."""
        parser.add_argument("agency")
        parser.add_argument("event", type=uuid.UUID)
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints what was passed."""
        found = [agency for agency in all_agencies() if agency.slug == options["agency"]]
        if not found:
            raise CommandError("There is no such agency.")
        with tenant_scope(found[0].id):
            try:
                event = pass_event(event_id=options["event"], reason=options["reason"])
            except DomainError as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"Passed: {event.name} {event.id}")
