"""What the subjects of clocks are. This app knows none of them, so the apps that have them say when Django is ready."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Moved:
    """One promise of a subject that came to other terms; ``after`` is None where nothing is promised any more."""

    subject_type: str
    subject_id: uuid.UUID
    metric: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class Named:
    """What people call a subject, and the number by which its page is found."""

    title: str
    number: int


class Subjects(Protocol):
    """What an app says of its subjects; all of them are of the present agency."""

    def signed(self, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
        """Those that a running retainer covers: what was signed for them is the promise."""

    def named(self, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Named]:
        """What they are called."""

    def moved(self, changes: Sequence[Moved], terms: str) -> None:
        """Told in the transaction in which their clocks came to these terms."""


_KINDS: dict[str, Subjects] = {}


def register(subject_type: str, subjects: Subjects) -> None:
    """Asks this one about subjects of this type from now on."""
    _KINDS[subject_type] = subjects


def signed(rows: Iterable[tuple[str, uuid.UUID]]) -> set[tuple[str, uuid.UUID]]:
    """Those of the subjects, as (type, id), that a running retainer covers."""
    return {(kind, one) for kind, ids in _by_kind(rows).items() for one in _KINDS[kind].signed(ids)}


def named(rows: Iterable[tuple[str, uuid.UUID]]) -> dict[tuple[str, uuid.UUID], Named]:
    """What the subjects are called; what nobody knows is left out."""
    return {(kind, one): name for kind, ids in _by_kind(rows).items() for one, name in _KINDS[kind].named(ids).items()}


def tell_moved(changes: Sequence[Moved], terms: str) -> None:
    """Tells those who have the subjects that these promises came to other terms."""
    for kind, subjects in _KINDS.items():
        mine = [change for change in changes if change.subject_type == kind]
        if mine:
            subjects.moved(mine, terms)


def _by_kind(rows: Iterable[tuple[str, uuid.UUID]]) -> dict[str, set[uuid.UUID]]:
    found: dict[str, set[uuid.UUID]] = defaultdict(set)
    for kind, one in rows:
        if kind in _KINDS:
            found[kind].add(one)
    return found
