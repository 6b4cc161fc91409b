"""Walks every agency's chain of audit rows; for an operator, and for whoever notes the ends elsewhere."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from core.audit_chain import verify
from core.selectors import all_agencies
from core.tenancy.scope import tenant_scope


class Command(BaseCommand):
    """``manage.py verify_audit``"""

    help = "Verifies the chain of audit rows of every agency and prints its end."

    def handle(self, *_args: str, **_options: str | bool | int | None) -> None:
        """A line an agency: slug, length, last digest; then each finding."""
        broken = 0
        for agency in all_agencies():
            with tenant_scope(agency.id):
                chain = verify()
            self.stdout.write(f"{agency.slug} {chain.length} {chain.digest}")
            for finding in chain.findings:
                broken += 1
                self.stdout.write(f"  {finding}")
        if broken:
            raise CommandError(f"{broken} findings.")
