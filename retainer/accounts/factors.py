"""The second factor: encrypted at rest, used up when it enrols."""

from __future__ import annotations

from collections import Counter

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core.crypto import CannotOpen, decrypt_for, encrypt_for, key_for
from core.json_values import JsonValue

SECOND_FACTOR = "second factor"
# What django-allauth hands over to be encrypted, of all that it keeps of a second factor.
SEALED_PARTS = ("secret", "seed", "migrated_codes")


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps what the second factor is made of encrypted at rest: whoever reads a backup cannot show the right code."""

    def encrypt(self, text: str) -> str:
        """Sealed, as text."""
        return encrypt_for(SECOND_FACTOR, text)

    def decrypt(self, encrypted_text: str) -> str:
        """The plain text."""
        return decrypt_for(SECOND_FACTOR, encrypted_text)


def encrypt_second_factors_anew() -> Counter[str]:
    """Encrypts the second factors under the newest key; counts as ``core.key_rotation.encrypt_rows_anew`` does."""
    found: Counter[str] = Counter()
    for row in Authenticator.objects.only("id").iterator():
        with transaction.atomic():
            factor = Authenticator.objects.select_for_update().get(id=row.id)
            fresh = {name: _anew(name, value, found) for name, value in factor.data.items()}
            if fresh != factor.data:
                Authenticator.objects.filter(id=row.id).update(data=fresh)
    return found


def _anew(name: str, value: JsonValue, found: Counter[str]) -> JsonValue:
    if isinstance(value, list):
        return [_anew(name, one, found) for one in value]
    if name not in SEALED_PARTS or not isinstance(value, str):
        return value
    if key_for(value) == list(settings.ENCRYPTION_KEYS)[-1]:
        found["fresh"] += 1
        return value
    try:
        fresh = encrypt_for(SECOND_FACTOR, decrypt_for(SECOND_FACTOR, value))
    except CannotOpen:
        found["broken"] += 1
        return value
    found["encrypted"] += 1
    return fresh


class ActivateForm(ActivateTOTPForm):  # type: ignore[misc]
    """Uses up the code that enrols, so that whoever looked over the shoulder cannot sign in with it."""

    def clean_code(self) -> str:
        """The code, which is right and was not shown before."""
        code: str = super().clean_code()
        used = TOTP(Authenticator(user=self.user, type=Authenticator.Type.TOTP))
        if not used._mark_code_used(code):
            self.add_error("code", _("Wait for the next code: this one was used a moment ago."))
        return code
