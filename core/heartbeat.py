"""Says that a loop of the pipeline has done its work, and how long ago each did."""

from __future__ import annotations

from datetime import timedelta

from core.clock import now
from core.json_values import JsonValue
from core.models import Heartbeat


def beat(name: str, **detail: JsonValue) -> None:
    """Notes that ``name`` has just finished a round."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now(), "detail": detail})


def ages() -> dict[str, timedelta]:
    """How long ago each loop last finished a round."""
    return {row.name: now() - row.at for row in Heartbeat.objects.all()}
