"""What a mail says, encrypted while it waits and gone once it has left: its link lets in whoever has it."""

from __future__ import annotations

import json
import uuid
from typing import Any

from core.crypto import decrypt, encrypt
from core.tenancy.context import require_agency
from retainer.notifications.models import Delivery

TABLE, COLUMN = "notifications_delivery", "sealed_letter"
# What a delivery becomes that is sent, or given up.
NOTHING: dict[str, Any] = {"sealed_letter": None, "body": "", "html": ""}


def encrypt_letter(delivery_id: uuid.UUID, *, body: str, html: str) -> bytes:
    """Plain text and HTML as one secret of this delivery."""
    place: dict[str, Any] = {"agency_id": require_agency(), "table": TABLE, "column": COLUMN, "row_id": delivery_id}
    return encrypt(json.dumps([body, html]), **place)


def letter_of(delivery: Delivery) -> tuple[str, str]:
    """Plain text and HTML; raises CannotOpen. For the one who sends it, and for nobody else."""
    if delivery.sealed_letter is None:
        return delivery.body, delivery.html
    place: dict[str, Any] = {"agency_id": delivery.agency_id, "table": TABLE, "column": COLUMN, "row_id": delivery.id}
    body, html = json.loads(decrypt(delivery.sealed_letter, **place))
    return body, html
