"""What django-allauth asks about our accounts."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from core.services import find_invitation

INVITATION_KEY = "invitation"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing up is open, by invitation, or closed, as the operator has set it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """An invitation opens the door in every mode but ``closed``, where it opens it too: the operator let
        agencies invite their own people. Without one only ``open`` does."""
        if settings.SIGN_UP == "open":
            return True
        token = request.session.get(INVITATION_KEY, "")
        return bool(token and find_invitation(token))

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """The link of an invitation has reached the address already."""
        token = request.session.get(INVITATION_KEY, "")
        invitation = find_invitation(token) if token else None
        return bool(invitation and invitation.email == email.lower())

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """People are known by e-mail alone."""
