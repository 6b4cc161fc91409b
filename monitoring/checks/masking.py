"""Takes a secret out of what somebody else answered: an address that repeats what it was sent must not show it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from urllib.parse import quote

MASK = "•••"
# A shorter piece stands in half of all words.
SHORTEST = 4


def masked(text: str, secret: str) -> str:
    """The text without the secret, as it was sent and as JSON, an address or Basic authorization would write it."""
    pieces = {
        written for piece in _pieces(secret) for written in (piece, json.dumps(piece)[1:-1], quote(piece, safe=""))
    }
    for piece in sorted(pieces, key=len, reverse=True):
        text = text.replace(piece, MASK)
    return text


def _pieces(secret: str) -> Iterator[str]:
    """The whole and its words; the first of several is a scheme, such as Bearer, which is no secret."""
    words = secret.split()
    for piece in [secret, *(words[1:] or words), *_basic(words[-1:])]:
        if len(piece) >= SHORTEST:
            yield piece


def _basic(words: list[str]) -> Iterator[str]:
    for word in words:
        try:
            plain = base64.b64decode(word, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
        if plain.isprintable():
            yield plain
            yield plain.partition(":")[2]
