"""Every number of an answer, with the path by which a check would read it: what somebody chooses from.

Pure, like ``parse``. What others wrote is read by the process of ``monitoring.probing.parser`` alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from monitoring.probing.parse import (
    MOST_LINE_CHARACTERS,
    BadPath,
    Reading,
    Unreadable,
    check_path,
    decoded_json,
    decoded_metrics,
    finite,
)

if TYPE_CHECKING:
    from core.json_values import JsonValue

# In front of the kind of a check: not the values that it names but all that there are.
ALL_OF = "all of "
# One more than is shown, which says that there are more.
MOST_NUMBERS = 201
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Counts of a distribution are hundreds of lines, and when a counter was made is no measurement.
_NOISE = ("_bucket", "_created")


def numbers_in(kind: str, body: bytes) -> Reading:
    """Path and number of the first so many, in the order in which they stand in the answer."""
    kind = kind.removeprefix(ALL_OF)
    found: dict[str, float] = {}
    try:
        for path, number in _metrics(body) if kind == "prometheus" else _leaves(decoded_json(body)):
            if len(found) < MOST_NUMBERS and _can_be_read(kind, path):
                found.setdefault(path, number)
            if len(found) == MOST_NUMBERS:
                break
    except Unreadable as error:
        return Reading(error_class="parse", detail=str(error))
    except (ValueError, KeyError, IndexError):
        return Reading(error_class="parse", detail="The metrics are malformed.")
    return Reading(found)


def _can_be_read(kind: str, path: str) -> bool:
    try:
        check_path(kind, path)
    except BadPath:
        return False
    # It separates name, path and unit where values are typed.
    return "|" not in path


def _leaves(data: JsonValue) -> Iterator[tuple[str, float]]:
    """Not by recursion, and one step at a time: an answer may be a megabyte of lists."""
    begun = [iter([("", data)])]
    while begun:
        step = next(begun[-1], None)
        if step is None:
            begun.pop()
            continue
        path, value = step
        if isinstance(value, dict | list):
            begun.append(_inside(path, value))
        elif (number := finite(value)) is not None:
            yield path or "@", number


def _inside(path: str, value: list[JsonValue] | dict[str, JsonValue]) -> Iterator[tuple[str, JsonValue]]:
    if isinstance(value, list):
        yield from ((f"{path}[{place}]", inner) for place, inner in enumerate(value))
        return
    for name, inner in value.items():
        key = name if _BARE.fullmatch(name) else json.dumps(name)
        yield (f"{path}.{key}" if path else key), inner


def _metrics(body: bytes) -> Iterator[tuple[str, float]]:
    for line in decoded_metrics(body).split("\n"):
        if not line.strip() or line.startswith("#"):
            continue
        if len(line) > MOST_LINE_CHARACTERS:
            raise Unreadable("A line of the metrics is too long.")
        for family in text_string_to_metric_families(line + "\n"):
            for sample in family.samples:
                number = finite(sample.value)
                if number is not None and not sample.name.endswith(_NOISE):
                    yield _selector(sample.name, sample.labels), number


def _selector(name: str, labels: Mapping[str, str]) -> str:
    said = ",".join(f'{label}="{_escaped(value)}"' for label, value in labels.items())
    return f"{name}{{{said}}}" if said else name


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
