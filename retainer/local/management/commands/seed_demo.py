"""Fills the demo's agencies, once; a second run only follows the sample system to its new port."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from retainer.local.seed.build import seed


class Command(BaseCommand):
    """``manage.py seed_demo``"""

    help = "Makes the demo's agencies with months of history. Refused outside the demo."

    def handle(self, *args: object, **options: object) -> None:
        """Writes .run/demo.json."""
        if settings.RETAINER_ENV not in ("demo", "test"):
            raise CommandError("The demo's people have a public password; they do not belong in this installation.")
        seed(say=self.stdout.write)
