"""What is said of a retainer: form, API and column read it."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Required, TypedDict


class RetainerFields(TypedDict, total=False):
    """A draft. Sums are whole numbers of the currency's smallest unit; without hours it has those of its tier."""

    tier_id: Required[uuid.UUID | str]
    name: Required[str]
    price_minor: Required[int | None]
    currency: Required[str]
    hours_minutes: Required[int | None]
    time_zone: Required[str]
    starts_on: Required[date | None]
    ends_on: date | None
    price_reason: str
