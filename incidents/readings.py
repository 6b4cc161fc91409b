"""What is measured now of what opened an incident. This app knows no checks, so the apps above say when Django is
ready."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypedDict

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core.json_values import JsonValue


@dataclass(frozen=True, slots=True)
class Reading:
    """The last answer about one thing that fired, in words that a client may read.

    ``value`` is what was seen, ``agreed`` what it is held against and empty where it is only whether there is an
    answer. ``at`` is None where nobody can tell at present; that is not good.
    """

    label: str
    value: str
    agreed: str
    at: datetime | None
    good: bool


class StoredReading(TypedDict):
    """A reading as the timeline keeps it."""

    label: str
    value: str
    agreed: str
    at: str | None
    good: bool


# Given an incident's id: a reading of each thing that fired for it and is still watched.
Source = Callable[[uuid.UUID], Sequence[Reading]]
_SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Asks this one too from now on. Once is enough."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def readings_of(incident_id: uuid.UUID) -> list[Reading]:
    """Everything that is measured about the incident, what is wrong first."""
    rows = [row for source in _SOURCES for row in source(incident_id)]
    return sorted(rows, key=lambda row: row.good)


def kept(rows: Sequence[Reading]) -> list[dict[str, JsonValue]]:
    """As the timeline stores them."""
    return [asdict(row) | {"at": row.at and row.at.isoformat()} for row in rows]


def sentence(row: Reading) -> str:
    """One reading in a sentence: "Resolution rate: 86.1 % on 24 Mar, 14:02 (agreed: at least 77.0 %)"."""
    words = {"label": row.label, "value": row.value, "agreed": row.agreed}
    if row.at is None:
        said = _("%(label)s: %(value)s") % words
    else:
        words["time"] = date_format(localtime(row.at), "j M, H:i")
        said = _("%(label)s: %(value)s on %(time)s") % words
    return f"{said} ({_('agreed: %(agreed)s') % words})" if row.agreed else said


def sentences(stored: Sequence[StoredReading]) -> list[str]:
    """The sentences of what the timeline stored."""
    return [sentence(_read(row)) for row in stored]


def _read(row: StoredReading) -> Reading:
    at = datetime.fromisoformat(row["at"]) if row["at"] else None
    return Reading(row["label"], row["value"], row["agreed"], at, row["good"])
