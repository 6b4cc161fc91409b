"""What django-allauth tells, taken up. Signals are the only way in which it does."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.models import EmailAddress
from django.http import HttpRequest

from core.models import User
from retainer.accounts import browsers


def connect() -> None:
    """Once, when the process starts."""
    account.password_reset.connect(_password_reset, dispatch_uid="retainer.password_reset")


def _password_reset(request: HttpRequest, user: User, **_more: Any) -> None:
    for address in EmailAddress.objects.filter(user=user, verified=True):
        browsers.remember_here(request, address.email)
