"""X37: an encrypted secret opens in its own row and nowhere else."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from core.crypto import CannotOpen, decrypt, encrypt
from core.ids import uuid7

PLACE: dict[str, Any] = {"agency_id": uuid7(), "table": "t", "column": "c", "row_id": uuid7()}


def test_what_was_sealed_opens_again() -> None:
    assert decrypt(encrypt("grüße", **PLACE), **PLACE) == "grüße"


def test_the_same_secret_is_never_sealed_the_same_way_twice() -> None:
    assert encrypt("x", **PLACE) != encrypt("x", **PLACE)


@pytest.mark.parametrize(
    "moved",
    [{"agency_id": uuid7()}, {"table": "other"}, {"column": "other"}, {"row_id": uuid7()}],
    ids=["agency", "table", "column", "row"],
)
def test_x37_it_does_not_open_anywhere_else(moved: dict[str, Any]) -> None:
    encrypted = encrypt("x", **PLACE)
    with pytest.raises(CannotOpen):
        decrypt(encrypted, **(PLACE | moved))


def test_a_changed_byte_is_noticed() -> None:
    encrypted = bytearray(encrypt("x", **PLACE))
    encrypted[-1] ^= 1
    with pytest.raises(CannotOpen):
        decrypt(bytes(encrypted), **PLACE)


def test_an_old_key_still_opens_what_it_sealed_and_the_newest_one_seals(settings: Any) -> None:
    encrypted = encrypt("x", **PLACE)
    settings.ENCRYPTION_KEYS = {**settings.ENCRYPTION_KEYS, "k2": base64.b64encode(b"2" * 32).decode()}
    assert decrypt(encrypted, **PLACE) == "x"
    assert encrypt("x", **PLACE).startswith(b"k2\0")


def test_a_key_that_is_gone_is_an_error_and_not_a_guess(settings: Any) -> None:
    encrypted = encrypt("x", **PLACE)
    settings.ENCRYPTION_KEYS = {"k9": base64.b64encode(b"9" * 32).decode()}
    with pytest.raises(CannotOpen):
        decrypt(encrypted, **PLACE)
