"""Forms of django-allauth in which we do more than it does."""

from __future__ import annotations

import secrets

from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.account.models import EmailAddress
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from core.models import User


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    """Takes as long for an address that has an account as for one that has none."""

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """A new account, or a mail to whoever has one already: the same work, and the same answer."""
        if self.account_already_exists:
            _make_and_forget(self.cleaned_data["password1"])
        made: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return made


def _make_and_forget(password: str) -> None:
    """Makes an account as for anybody and takes it back: hashing the password is most of the time, rows the rest."""
    address = f"{secrets.token_hex(16)}@nobody.invalid"
    with transaction.atomic():
        user = User.objects.create_user(address, password)
        EmailAddress.objects.create(user=user, email=address, primary=True)
        transaction.set_rollback(True)
