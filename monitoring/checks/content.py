"""What a check asks, and what is agreed about a measured value: form, API and column read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Required, TypedDict


class CheckFields(TypedDict, total=False):
    """How a system is asked, every so many seconds. ``authorization`` is the value of the header, which is encrypted
    and never shown again. What is None is not said."""

    name: str | None
    kind: str | None
    url: str | None
    metrics: Sequence[Mapping[str, object]] | None
    environment_kind: str | None
    interval_seconds: int | None
    timeout_ms: int | None
    bad_count: int | None
    good_count: int | None
    authorization: str


class ThresholdFields(TypedDict, total=False):
    """A limit: fires at ``limit``, clears at ``clear_limit``, which is the limit itself where it is left out.

    ``impact`` says in words what it means for people when the value is bad: incidents are called by it.
    """

    metric: Required[str]
    comparison: Required[str]
    limit: Required[float]
    clear_limit: float | None
    unit: str
    bad_count: int
    good_count: int
    agreed_on: date | None
    impact: str
