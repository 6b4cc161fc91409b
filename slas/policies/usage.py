"""Who still relies on a policy. This app knows no agreements, so the apps above it say when Django is ready."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

# Given a policy's id: the names of those who have it in their agreement, as an error may list them.
Holder = Callable[[uuid.UUID], Sequence[str]]
_HOLDERS: list[Holder] = []


def register(holder: Holder) -> None:
    """Asks this one too from now on. Once is enough."""
    if holder not in _HOLDERS:
        _HOLDERS.append(holder)


def holders_of(policy_id: uuid.UUID) -> list[str]:
    """Everybody who relies on the policy, by name."""
    return sorted(name for holder in _HOLDERS for name in holder(policy_id))
