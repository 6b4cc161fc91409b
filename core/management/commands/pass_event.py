"""Lets an operator pass an event that cannot be dealt with, so that those behind it go on."""

from __future__ import annotations

import uuid
from argparse import ArgumentParser

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

    def handle(self, *, event: uuid.UUID, reason: str, **_options: str | bool | int | None) -> None:
        """Prints what was passed."""
        agency_id = agency_of(event)
        if agency_id is None:
            raise CommandError("There is no such event.")
        with tenant_scope(agency_id):
            try:
                passed = pass_event(event_id=event, reason=reason)
            except DomainError as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"Passed: {passed.name} {passed.id}")
