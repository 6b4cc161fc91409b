"""Makes an agency and its first owner, for an operator who does not let people sign up by themselves."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from core.errors import DomainError
from core.models import User
from retainer.onboarding import open_agency


class Command(BaseCommand):
    """``manage.py create_agency "Name" owner@example.com``"""

    help = "Makes an agency with its first owner, who sets a password by the link on the sign-in page."

    def add_arguments(self, parser: CommandParser) -> None:
        """The agency's name, the owner's address, and where and in what the agency works."""
        parser.add_argument("name")
        parser.add_argument("email")
        parser.add_argument("--time-zone", default="UTC")
        parser.add_argument("--currency", default="USD")

    def handle(self, *args: object, name: str, email: str, time_zone: str, currency: str, **_more: object) -> None:
        """Prints the agency's address."""
        email = email.strip().lower()
        try:
            validate_email(email)
            with transaction.atomic():
                owner = self._owner(email)
            agency = open_agency(owner=owner, name=name, time_zone=time_zone, currency=currency)
        except (DomainError, ValidationError) as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{agency.name} is at /a/{agency.slug}/ and belongs to {email}.")

    def _owner(self, email: str) -> User:
        user = User.objects.filter(email=email).first() or User.objects.create_user(email)
        EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
        return user
