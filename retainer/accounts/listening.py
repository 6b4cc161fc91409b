"""What django-allauth tells, taken up. Signals are the only way in which it does."""

from __future__ import annotations

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from core.models import User
from retainer.accounts import browsers
from retainer.accounts.auditing import note


def connect() -> None:
    """Once, when the process starts."""
    heard = {
        account.user_logged_in: _signed_in,
        account.user_logged_out: _signed_out,
        account.password_changed: _password_changed,
        account.password_set: _password_changed,
        account.password_reset: _password_reset,
        account.email_added: _email_added,
        account.email_removed: _email_removed,
        account.email_changed: _email_changed,
        mfa.authenticator_added: _factor_added,
        mfa.authenticator_removed: _factor_removed,
        mfa.authenticator_reset: _factor_renewed,
        mfa.authentication_failed: _code_refused,
    }
    for signal, listener in heard.items():
        signal.connect(listener, dispatch_uid=f"retainer.{listener.__name__}")


def _signed_in(request: HttpRequest, user: User, **_more: object) -> None:
    note(request, "core.session.began", user.id)


def _signed_out(request: HttpRequest, user: User | None, **_more: object) -> None:
    if user is not None:
        note(request, "core.session.ended", user.id)


def _code_refused(request: HttpRequest, user: User, **_more: object) -> None:
    note(request, "core.session.refused", user.id, by_the_person=False, by="second factor")


def _password_changed(request: HttpRequest, user: User, **_more: object) -> None:
    note(request, "core.password.changed", user.id)


def _password_reset(request: HttpRequest, user: User, **_more: object) -> None:
    note(request, "core.password.reset", user.id)
    for address in EmailAddress.objects.filter(user=user, verified=True):
        browsers.remember_here(request, address.email)


def _email_added(request: HttpRequest, user: User, email_address: EmailAddress, **_more: object) -> None:
    note(request, "core.login_address.added", user.id)
    # A new address can ask for a new password once it is confirmed, so the owner hears of it before that.
    context = {"added_email": email_address.email}
    get_adapter(request).send_notification_mail("account/email/email_added", user, context)


def _email_removed(request: HttpRequest, user: User, email_address: EmailAddress, **_more: object) -> None:
    note(request, "core.login_address.removed", user.id)
    # The main address is told by django-allauth. Whoever takes an account over removes the others: they hear of it too.
    if email_address.verified:
        context = {"deleted_email": email_address.email}
        get_adapter(request).send_notification_mail(
            "account/email/email_deleted", user, context, email=email_address.email
        )


def _email_changed(request: HttpRequest, user: User, **_more: object) -> None:
    note(request, "core.login_address.changed", user.id)


def _factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_more: object) -> None:
    note(request, "core.factor.added", user.id, kind=str(authenticator.type))


def _factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_more: object) -> None:
    note(request, "core.factor.removed", user.id, kind=str(authenticator.type))


def _factor_renewed(request: HttpRequest, user: User, authenticator: Authenticator, **_more: object) -> None:
    note(request, "core.factor.renewed", user.id, kind=str(authenticator.type))
