"""Secrets at rest: AES-256-GCM, bound to the row they belong to.

The associated data names agency, table, column and row, so a ciphertext that is copied into another row or another
agency does not open there. The key's id is stored in front, so keys can be rotated while old values still read.
"""

from __future__ import annotations

import base64
import secrets
import uuid
from functools import lru_cache
from typing import TypedDict

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12


class Place(TypedDict):
    """Where an encrypted value lies: it opens nowhere else."""

    agency_id: uuid.UUID
    table: str
    column: str
    row_id: uuid.UUID


class CannotOpen(Exception):
    """The ciphertext is damaged, moved from another row, or encrypted with a key we no longer have."""


def encrypt(plain: str, *, agency_id: uuid.UUID, table: str, column: str, row_id: uuid.UUID) -> bytes:
    """``plain`` encrypted with the newest key: key id, NUL, 12-byte nonce, ciphertext with tag."""
    return _encrypt(plain, _binding(agency_id, table, column, row_id))


def decrypt(encrypted: bytes | memoryview, *, agency_id: uuid.UUID, table: str, column: str, row_id: uuid.UUID) -> str:
    """The plain text; raises CannotOpen where anything about the value or its place does not fit."""
    return _decrypt(bytes(encrypted), _binding(agency_id, table, column, row_id))


def key_of(encrypted: bytes | memoryview) -> str:
    """The id of the key that encrypted this."""
    return bytes(encrypted).partition(b"\0")[0].decode(errors="replace")


def encrypt_for(purpose: str, plain: str) -> str:
    """``plain`` encrypted for one purpose, as text: for tables of other packages, which do not tell us the row."""
    return base64.b64encode(_encrypt(plain, purpose.encode())).decode()


def decrypt_for(purpose: str, encrypted: str) -> str:
    """The plain text of ``encrypt_for``; raises CannotOpen."""
    try:
        return _decrypt(base64.b64decode(encrypted, validate=True), purpose.encode())
    except ValueError as error:
        raise CannotOpen("This secret does not open here.") from error


def key_for(encrypted: str) -> str:
    """The id of the key that encrypted this text; empty where it is none of ours."""
    try:
        return key_of(base64.b64decode(encrypted, validate=True))
    except ValueError:
        return ""


def _encrypt(plain: str, binding: bytes) -> bytes:
    key_id = list(settings.ENCRYPTION_KEYS)[-1]
    nonce = secrets.token_bytes(NONCE_BYTES)
    return key_id.encode() + b"\0" + nonce + _cipher(key_id).encrypt(nonce, plain.encode(), binding)


def _decrypt(encrypted: bytes, binding: bytes) -> str:
    key_id, _, rest = encrypted.partition(b"\0")
    try:
        plain = _cipher(key_id.decode()).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], binding)
    except (InvalidTag, KeyError, UnicodeDecodeError, ValueError) as error:
        raise CannotOpen("This secret does not open here.") from error
    return plain.decode()


def _binding(agency_id: uuid.UUID, table: str, column: str, row_id: uuid.UUID) -> bytes:
    return f"{agency_id}|{table}|{column}|{row_id}".encode()


def _cipher(key_id: str) -> AESGCM:
    return _cipher_of(settings.ENCRYPTION_KEYS[key_id])


@lru_cache(maxsize=32)
def _cipher_of(encoded: str) -> AESGCM:
    key = base64.b64decode(encoded)
    if len(key) != 32:
        raise ValueError("An encryption key is 32 bytes in base64.")
    return AESGCM(key)
