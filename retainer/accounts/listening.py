"""What django-allauth tells, taken up. Signals are the only way in which it does."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.http import HttpRequest

from core.models import User
from retainer.accounts import browsers


def connect() -> None:
    """Once, when the process starts."""
    account.password_reset.connect(_password_reset, dispatch_uid="retainer.password_reset")
    account.email_added.connect(_email_added, dispatch_uid="retainer.email_added")
    account.email_removed.connect(_email_removed, dispatch_uid="retainer.email_removed")


def _password_reset(request: HttpRequest, user: User, **_more: Any) -> None:
    for address in EmailAddress.objects.filter(user=user, verified=True):
        browsers.remember_here(request, address.email)


def _email_added(request: HttpRequest, user: User, email_address: EmailAddress, **_more: Any) -> None:
    # A new address can ask for a new password once it is confirmed, so the owner hears of it before that.
    context = {"added_email": email_address.email}
    get_adapter(request).send_notification_mail("account/email/email_added", user, context)


def _email_removed(request: HttpRequest, user: User, email_address: EmailAddress, **_more: Any) -> None:
    # The main address is told by django-allauth. Whoever takes an account over removes the others: they hear of it too.
    if email_address.verified:
        context = {"deleted_email": email_address.email}
        get_adapter(request).send_notification_mail(
            "account/email/email_deleted", user, context, email=email_address.email
        )
