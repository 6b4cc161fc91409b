"""Which systems somebody watches. This app knows no checks, so the app that has them says when Django is ready."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable

# Given the ids of systems: those whose production is asked, or sends, at present.
Watcher = Callable[[Iterable[uuid.UUID]], set[uuid.UUID]]
_WATCHERS: list[Watcher] = []


def register(watcher: Watcher) -> None:
    """Asks this one too from now on. Once is enough."""
    if watcher not in _WATCHERS:
        _WATCHERS.append(watcher)


def watched(system_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the systems that anybody watches."""
    ids = list(system_ids)
    return {one for watcher in _WATCHERS for one in watcher(ids)}
