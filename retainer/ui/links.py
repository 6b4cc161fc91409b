"""The links of a face's navigation, as the layouts draw them."""

from __future__ import annotations

from typing import TypedDict


class NavItem(TypedDict):
    """One link. ``key`` is the letter that leads there, ``badge`` a count beside it where there is one."""

    label: str
    url: str
    icon: str
    key: str
    current: bool
    badge: int | None


class NavSection(TypedDict):
    """Some links under a word, which may be empty."""

    label: str
    items: list[NavItem]
