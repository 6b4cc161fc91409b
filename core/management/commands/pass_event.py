"""Lets an operator pass an event that cannot be dealt with, so that those behind it go on."""

from __future__ import annotations

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from core.outbox import agency_of, pass_event
from core.tenancy.scope import tenant_scope


class Command(BaseCommand):
    """``manage.py pass_event EVENT --reason "…"``"""

    help = "Marks an event as dealt with although a handler of it fails. The reason goes into the agency's audit trail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The event's id, as the log names it, and why."""
        parser.add_argument("event", type=uuid.UUID)
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints what was passed."""
        agency_id = agency_of(options["event"])
        if agency_id is None:
            raise CommandError("There is no such event.")
        with tenant_scope(agency_id):
            try:
                event = pass_event(event_id=options["event"], reason=options["reason"])
            except DomainError as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"Passed: {event.name} {event.id}")
