"""What is agreed about a measured value: form, API and column read it."""

from __future__ import annotations

from datetime import date
from typing import Required, TypedDict


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
