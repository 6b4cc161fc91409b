"""What is said of a client's AI system: form, API and column read it."""

from __future__ import annotations

import uuid
from typing import Required, TypedDict


class SystemFields(TypedDict, total=False):
    """An AI system. ``owner_id`` is a member of the agency, or nobody."""

    name: Required[str]
    criticality: Required[str]
    customer_facing: bool
    purpose: str
    owner_id: uuid.UUID | str | None
