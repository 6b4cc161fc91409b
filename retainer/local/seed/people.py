"""Accounts of the people of the demo."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from core.models import User
from retainer.local.seed.story import PASSWORD


def make_user(name: str, email: str, zone: str) -> User:
    """Somebody whose address counts as verified."""
    user = User.objects.create_user(email, PASSWORD, name=name, time_zone=zone)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
