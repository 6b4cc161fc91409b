"""The timeline of the workbench: one line for each entry, long texts and older entries folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from incidents.timeline import is_internal, mark_of, text_of

if TYPE_CHECKING:
    from incidents.models import IncidentEntry

# What stands open above the composer. A fold that would hide one or two lines costs more than it saves.
LATEST, FEWEST_FOLDED = 6, 3
# About what one line of the column holds beside time, name and kind.
SHORT = 120


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. ``seen`` where the client reads it too; ``long`` where its text is folded."""

    key: str
    at: datetime
    actor: str
    title: str
    text: str
    icon: str
    tone: str
    internal: bool
    seen: bool
    long: bool


def lines_of(entries: Sequence[IncidentEntry], named: Mapping[str, str], *, shown: bool) -> list[Line]:
    """The entries in the order given; ``shown`` is whether the client sees the incident at all."""
    return [_line(entry, named, shown=shown) for entry in entries]


def _line(entry: IncidentEntry, named: Mapping[str, str], *, shown: bool) -> Line:
    text = text_of(entry, named)
    icon, tone = mark_of(entry.kind)
    return Line(
        key=str(entry.id),
        at=entry.at,
        actor=named.get(str(entry.actor_id), ""),
        title=entry.get_kind_display(),
        text=text,
        icon=icon,
        tone=tone,
        internal=is_internal(entry.kind),
        seen=shown and entry.client_visible,
        long=len(text) > SHORT,
    )


def folded(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The earlier lines, which are folded, and the latest. Both run on from old to new."""
    cut = len(lines) - LATEST
    if cut < FEWEST_FOLDED:
        return [], list(lines)
    return list(lines[:cut]), list(lines[cut:])
