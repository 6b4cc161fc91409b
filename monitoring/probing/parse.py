"""Reads the wanted values out of an answer: JSON by JMESPath, or the Prometheus text format.

A malformed answer gives no values at all, so that nothing old is taken for new. A value that is missing or is not a
finite number is left out, which is something else than zero.

What others wrote can take any time to read, in spite of the limits here: the prober reads it in a process of its own,
``monitoring.probing.parser``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult
from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from jmespath.visitor import _TreeNode

    from core.json_values import JsonValue

MOST_DEPTH = 60
MOST_PATH_CHARACTERS = 500
# Each part of a path is looked at for each element of an answer.
MOST_PATH_PARTS = 100
# Reading a line of the text format takes the square of its length.
MOST_LINE_CHARACTERS = 8192
# With more of these, or with the functions below, a short path makes an answer of a few bytes fill the memory.
MOST_ELEMENTS_BESIDE = 10
_GROWING_FUNCTIONS = frozenset({"join", "to_string"})
_SELECTOR = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?\s*")
_LABEL = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*')
_ESCAPED = re.compile(r'\\([\\"n])')


@dataclass(frozen=True, slots=True)
class Reading:
    """The values found, or why the answer could not be read: "parse" and a text that is safe to show."""

    values: dict[str, float] = field(default_factory=dict)
    error_class: str = ""
    detail: str = ""


class BadPath(ValueError):
    """A path or selector that can never find anything."""


class TooManyParts(BadPath):
    """A path that looks at too much."""


class Unreadable(ValueError):
    """An answer that is not what it should be; says why, in a text that is safe to show."""


def check_path(kind: str, path: str) -> None:
    """Raises BadPath where the path is no JMESPath, or no Prometheus selector, for this kind of check."""
    if kind == "prometheus":
        parse_selector(path)
        return
    _compiled(path)


def read(kind: str, metrics: Sequence[Mapping[str, str]], body: bytes) -> Reading:
    """The values of ``metrics`` (each with ``name`` and ``path``) in the body of an answer."""
    if kind == "http" or not metrics:
        return Reading()
    if kind == "prometheus":
        return read_prometheus(metrics, body)
    return read_json(metrics, body)


def read_json(metrics: Sequence[Mapping[str, str]], body: bytes) -> Reading:
    """Values from JSON. NaN and Infinity are not JSON, whatever a server believes."""
    try:
        data = decoded_json(body)
    except Unreadable as error:
        return Reading(error_class="parse", detail=str(error))
    values = {}
    for metric in metrics:
        try:
            found = finite(_search(str(metric["path"]), data))
        except TooManyParts:
            return Reading(error_class="parse", detail="A path of this check has too many parts.")
        if found is not None:
            values[str(metric["name"])] = found
    return Reading(values)


def decoded_json(body: bytes) -> JsonValue:
    """What the JSON says; raises Unreadable."""
    try:
        data: JsonValue = _JSON.decode(body.decode("utf-8-sig"))
        deep = _depth(data) > MOST_DEPTH
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Unreadable("The answer is not JSON.") from None
    if deep:
        raise Unreadable("The JSON is nested too deep.")
    return data


def decoded_metrics(body: bytes) -> str:
    """The text of a page of metrics; raises Unreadable."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("The metrics are not UTF-8.") from None
    if text.lstrip().startswith(('"', "<", "{", "[")):
        raise Unreadable("The answer is not in the Prometheus text format.")
    return text


def read_prometheus(metrics: Sequence[Mapping[str, str]], body: bytes) -> Reading:
    """Values from the Prometheus text format. Lines that nobody asked for are dropped before parsing.

    Where several series match a selector their values are added, as for a counter split by labels.
    """
    wanted = {str(metric["name"]): parse_selector(str(metric["path"])) for metric in metrics}
    try:
        text = decoded_metrics(body)
    except Unreadable as error:
        return Reading(error_class="parse", detail=str(error))
    try:
        samples = _samples(text, {name for name, _labels in wanted.values()})
    except _LongLine:
        return Reading(error_class="parse", detail="A line of the metrics is too long.")
    except (ValueError, KeyError, IndexError):
        return Reading(error_class="parse", detail="The metrics are malformed.")
    values: dict[str, float] = {}
    for metric_name, (series, labels) in wanted.items():
        matching = [value for name, given, value in samples if name == series and labels.items() <= given.items()]
        numbers = [number for number in map(finite, matching) if number is not None]
        total = finite(sum(numbers)) if numbers else None
        if total is not None:
            values[metric_name] = total
    return Reading(values)


def parse_selector(text: str) -> tuple[str, dict[str, str]]:
    """The series' name and its labels from ``name{label="value"}``; raises BadPath."""
    found = _SELECTOR.fullmatch(text) if len(text) <= MOST_PATH_CHARACTERS else None
    if not found:
        raise BadPath(text)
    labels: dict[str, str] = {}
    rest = found[2] or ""
    while rest.strip():
        label = _LABEL.match(rest)
        if not label:
            raise BadPath(text)
        labels[label[1]] = _ESCAPED.sub(lambda escaped: "\n" if escaped[1] == "n" else escaped[1], label[2])
        rest = rest[label.end() :].lstrip()
        if rest and not rest.startswith(","):
            raise BadPath(text)
        rest = rest[1:]
    return found[1], labels


class _LongLine(Exception):
    """A line that would take too long."""


def _samples(text: str, names: set[str]) -> list[tuple[str, dict[str, str], float]]:
    starts = tuple(names)
    # Only a line feed ends a line here. Whoever may write a label must not be able to start a line of their own with
    # one of the other characters that Python takes for an end.
    kept = [line for line in text.split("\n") if line.startswith(starts) and not line.startswith("#")]
    if any(len(line) > MOST_LINE_CHARACTERS for line in kept):
        raise _LongLine
    # Without TYPE lines every sample keeps the name it was written with.
    families = text_string_to_metric_families("\n".join([*kept, ""]))
    return [(sample.name, sample.labels, sample.value) for family in families for sample in family.samples]


# A path of the most parts takes about 25 KB.
@lru_cache(maxsize=1024)
def _compiled(path: str) -> ParsedResult:
    """The path, ready to search with; raises BadPath, also for one that could make a small answer huge."""
    if len(path) > MOST_PATH_CHARACTERS:
        raise BadPath(path)
    try:
        compiled = jmespath.compile(path)
    except (JMESPathError, ValueError, RecursionError) as error:
        raise BadPath(path) from error
    nodes = _nodes(compiled.parsed)
    if len(nodes) > MOST_PATH_PARTS:
        raise TooManyParts(path)
    beside = [node for node in nodes if node["type"] in ("multi_select_list", "multi_select_dict")]
    if len(beside) > 1 or any(len(node["children"]) > MOST_ELEMENTS_BESIDE for node in beside):
        raise BadPath(path)
    if any(node["type"] == "function_expression" and node["value"] in _GROWING_FUNCTIONS for node in nodes):
        raise BadPath(path)
    return compiled


def _nodes(root: _TreeNode) -> list[_TreeNode]:
    """Every part of a path. Not by recursion: a path may be nested as deep as it is long."""
    nodes = [root]
    for node in nodes:
        # The parts of a slice are plain numbers.
        nodes += [child for child in node["children"] if isinstance(child, dict)]
    return nodes


def _search(path: str, data: JsonValue) -> JsonValue:
    try:
        found: JsonValue = _compiled(path).search(data)
    except TooManyParts:
        raise
    except (JMESPathError, ValueError, TypeError, ArithmeticError, RecursionError):
        return None
    return found


def finite(value: JsonValue) -> float | None:
    """The number, where it is one that can be stored: no word, no truth, nothing without end."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        # JSON and the text format allow whole numbers of any length.
        return None
    return number if math.isfinite(number) else None


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


# NaN and Infinity are refused where they stand. Making a decoder costs more than reading a small answer.
_JSON = json.JSONDecoder(parse_constant=_refuse_constant)


def _depth(data: JsonValue) -> int:
    depth, level = 0, [data]
    while level and depth <= MOST_DEPTH:
        depth += 1
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return depth
