"""What django-allauth asks about our accounts."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from core.models import Invitation, User
from core.services import invitation_of
from core.text import is_quoted
from core.web.addresses import client_ip
from retainer.accounts import browsers
from retainer.accounts.auditing import note

# Holds the digest of the link: whoever reads the table of sessions comes in by none.
INVITATION_KEY = "invitation"
# What a mail may say of where it comes from.
OUR_SITE = {"name": "Retainer", "domain": urlsplit(settings.BASE_URL).netloc}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing up is open, by invitation, or closed, as the operator has set it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """An invitation opens the door in every mode but ``closed``, where it opens it too: the operator let
        agencies invite their own people. Without one only ``open`` does."""
        if settings.SIGN_UP == "open":
            return True
        return _invitation(request) is not None

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """The link of an invitation has reached the address already."""
        invitation = _invitation(request)
        return bool(invitation and invitation.email == email.lower())

    def clean_email(self, email: str) -> str:
        """Where an invitation opened the door, its address is the only one that comes in."""
        address: str = super().clean_email(email)
        if is_quoted(address):
            raise ValidationError(_("Write the address without quotation marks."))
        request = self.request
        if settings.SIGN_UP == "open" or request is None or request.user.is_authenticated:
            return address
        invitation = _invitation(request)
        if invitation and invitation.email != address.lower():
            raise ValidationError(_("The invitation is for %(email)s. Use that address.") % {"email": invitation.email})
        return address

    def get_reauthentication_methods(self, user: User) -> list[dict[str, str]]:
        """By the second factor where there is one: a password alone would make it worth nothing to whoever has both an
        open session and the password."""
        methods: list[dict[str, str]] = super().get_reauthentication_methods(user)
        by_factor = [method for method in methods if method["id"] == "mfa_reauthenticate"]
        return by_factor or methods

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: str) -> str:
        """Failed attempts are counted for an account from one address, so that nobody locks somebody else out.

        All accounts from one address have a higher bound of their own, and so has one account from all addresses.
        """
        return f"{ratelimit.get_ip(request)}:{_address(credentials)}"

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that limits count by and the list of sessions shows, by the same rule as the audit trail."""
        address = client_ip(request)
        if address is None:
            raise PermissionDenied("No address to count by.")
        return address

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Counts the attempt for the account as well, whatever address it comes from.

        A browser that signed in before counts for itself, so that nobody is locked out by strangers who guess.
        """
        super().pre_authenticate(request, **credentials)
        email = _address(credentials)
        key = f"{browsers.name_of(request, email)}:{email}"
        self._account_usage = ratelimit.consume(request, app="allauth.account", action="login_failed_account", key=key)
        if not self._account_usage:
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: str) -> None:
        """Noted by the same one row whether or not there is such an account."""
        found = User.objects.filter(emailaddress__email__iexact=_address(credentials)).first()
        note(request, "core.session.refused", found.id if found else None, by_the_person=False, by="password")

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        usage = getattr(self, "_account_usage", None)
        if usage:
            usage.rollback()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Each address in a mail is at BASE_URL, whatever host the request named: somebody else sent that request."""
        links = {name: _at_our_address(str(value)) for name, value in context.items() if name.endswith("_url")}
        help_url = settings.BASE_URL + reverse("account_reset_password")
        super().send_mail(template_prefix, email, context | links | {"current_site": OUR_SITE, "help_url": help_url})

    def post_login(self, request: HttpRequest, user: User, *, email: str | None = None, **more: object) -> HttpResponse:
        """Makes the browser known to the account."""
        response: HttpResponse = super().post_login(request, user, email=email, **more)
        browsers.remember(request, response, email or user.email)
        return response

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """People are known by e-mail alone."""


def _at_our_address(url: str) -> str:
    parts = urlsplit(url)
    return settings.BASE_URL + urlunsplit(("", "", parts.path, parts.query, parts.fragment))


def _address(credentials: Mapping[str, str]) -> str:
    return str(credentials.get("email", "")).strip().lower()


def _invitation(request: HttpRequest) -> Invitation | None:
    """The open invitation whose link this browser has opened."""
    digest = request.session.get(INVITATION_KEY, "")
    return invitation_of(digest) if digest else None
