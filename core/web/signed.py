"""Single-purpose links: what one person may do to one thing, signed, for a while."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta

from django.core import signing


def sign(purpose: str, **ids: uuid.UUID | None) -> str:
    """The token of a link for this purpose. What is in it can be read by whoever has the link, and not changed."""
    return signing.dumps({name: str(value) for name, value in ids.items()}, salt=f"retainer.{purpose}")


def unsign(purpose: str, token: str, lasts: timedelta) -> Mapping[str, uuid.UUID] | None:
    """The ids of a link that was made for this purpose and still lasts; None of any other text."""
    try:
        data = signing.loads(token, salt=f"retainer.{purpose}", max_age=lasts)
        return {name: uuid.UUID(value) for name, value in data.items()}
    except (signing.BadSignature, ValueError, AttributeError):
        return None
