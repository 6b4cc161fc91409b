"""Moves everything that is sealed to the newest key, so that an older one can be taken away."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.key_rotation import encrypt_rows_anew, tokens_by_pepper
from retainer.accounts.factors import encrypt_second_factors_anew


class Command(BaseCommand):
    """``manage.py rotate_keys``, after a key was added at the end and every process was started again."""

    help = "Seals everything anew under the newest encryption key and says which peppers tokens still need."

    def handle(self, *args: object, **options: object) -> None:
        """Safe to repeat. Fails where something does not open with any key that is known."""
        found = encrypt_rows_anew() + encrypt_second_factors_anew()
        newest = list(settings.ENCRYPTION_KEYS)[-1]
        self.stdout.write(f"{found['encrypted']} sealed anew under {newest}, {found['fresh']} were already.")
        for pepper, count in sorted(tokens_by_pepper().items()):
            self.stdout.write(f"Pepper {pepper}: {count} working tokens.")
        if found["broken"]:
            raise CommandError(f"{found['broken']} secrets do not open with any of the keys. Keep the older ones.")
