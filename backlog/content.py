"""What is said of an item of the backlog: form, API and column read it."""

from __future__ import annotations

from typing import Required, TypedDict


class ItemFields(TypedDict, total=False):
    """An item. Scores are 1 to 5; with both of them an idea is scored."""

    title: Required[str]
    kind: Required[str]
    detail: str
    impact: int | None
    risk: int | None
