"""A key is added, everything is encrypted anew under it, the old one is taken away, and every secret still opens."""

from __future__ import annotations

import base64
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import CommandError, call_command

from core.crypto import decrypt, key_of
from core.tokens import authenticate, create_token
from monitoring.checks.services import TABLE, create_check
from monitoring.models import Check
from retainer.notifications.models import WebhookEndpoint
from retainer.notifications.services import create_endpoint
from tests.cast import Cast

NEW = {"k2": base64.b64encode(b"2" * 32).decode()}


def rotate() -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


@pytest.fixture
def secrets(cast: Cast) -> Any:
    """A check with a header in each agency, a webhook, and a person with two second factors."""
    for house in (cast.north, cast.south):
        house.allow("127.0.0.1", 9)
        with house.scope():
            create_check(
                system_id=house.system.id,
                name="Sealed",
                kind="http",
                url="http://127.0.0.1:9/",
                authorization="Bearer secret",
            )
            create_endpoint(name="Here", url="http://127.0.0.1:9/")
    secret = generate_totp_secret()
    TOTP.activate(cast.north.owner, secret)
    codes = RecoveryCodes.activate(cast.north.owner).get_unused_codes()
    return secret, codes


def test_everything_opens_with_the_new_key_alone(cast: Cast, secrets: Any, settings: Any) -> None:
    old = dict(settings.ENCRYPTION_KEYS)
    settings.ENCRYPTION_KEYS = old | NEW
    assert rotate().startswith("6 sealed anew under k2, 0 were already.")
    assert rotate().startswith("0 sealed anew under k2, 6 were already.")
    settings.ENCRYPTION_KEYS = NEW
    secret, codes = secrets
    for house in (cast.north, cast.south):
        with house.scope():
            check = Check.objects.get(name="Sealed")
            place: dict[str, Any] = {"agency_id": check.agency_id, "table": TABLE, "row_id": check.id}
            assert check.sealed_authorization
            assert decrypt(check.sealed_authorization, column="sealed_authorization", **place) == "Bearer secret"
            assert key_of(WebhookEndpoint.objects.get().sealed_secret) == "k2"
    kept = {row.type: row.wrap() for row in Authenticator.objects.filter(user=cast.north.owner)}
    assert kept["recovery_codes"].get_unused_codes() == codes
    assert kept["totp"].instance.data["secret"]
    assert rotate().startswith("0 sealed anew under k2, 6 were already.")
    assert secret


def test_what_no_key_opens_is_said_and_left(cast: Cast, secrets: Any, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = NEW
    with pytest.raises(CommandError, match="6 secrets do not open"):
        rotate()


def test_it_says_how_many_tokens_still_need_which_pepper(cast: Cast, settings: Any) -> None:
    with cast.north.scope():
        _row, plain = create_token(name="old", scopes=["read"])
        settings.TOKEN_PEPPERS = dict(settings.TOKEN_PEPPERS) | {"p2": base64.b64encode(b"3" * 32).decode()}
        create_token(name="new", scopes=["read"])
    said = rotate()
    assert "Pepper p1: 1 working tokens." in said
    assert "Pepper p2: 1 working tokens." in said
    assert authenticate(plain)
