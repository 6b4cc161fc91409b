"""Small drawings in SVG, whose bars have width attributes, because no style attribute is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from monitoring.words import Health

SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 96, 24, 2.5
STRIP_HEIGHT, STRIP_STEP = 16, 12
HEIGHT_OF_DAY = {"healthy": 16, "maintenance": 16, "degraded": 11, "down": 6}


def spark(values: Sequence[float | None], label: str, limit: float | None = None) -> SafeString:
    """A sparkline of 96×24. None is a gap in the line and is never bridged; the limit is a dashed line."""
    known = [value for value in values if value is not None]
    if not known:
        return SafeString("")
    scale = known if limit is None else [*known, limit]
    low, span = min(scale), max(scale) - min(scale)
    step = (SPARK_WIDTH - 2 * SPARK_MARGIN) / max(1, len(values) - 1)

    def height(value: float) -> float:
        share = (value - low) / span if span else 0.5
        return SPARK_HEIGHT - SPARK_MARGIN - share * (SPARK_HEIGHT - 2 * SPARK_MARGIN)

    path, last = _line(
        [None if value is None else (SPARK_MARGIN + at * step, height(value)) for at, value in enumerate(values)]
    )
    return format_html(
        '<svg class="spark" width="{}" height="{}" viewBox="0 0 {} {}" role="img" aria-label="{}"><title>{}</title>{}'
        '<path class="spark-line" d="{}"/><circle class="spark-end" cx="{}" cy="{}" r="2"/></svg>',
        *(SPARK_WIDTH, SPARK_HEIGHT, SPARK_WIDTH, SPARK_HEIGHT, label, label),
        "" if limit is None else _level(height(limit)),
        path,
        f"{last[0]:.1f}",
        f"{last[1]:.1f}",
    )


def _line(points: Sequence[tuple[float, float] | None]) -> tuple[str, tuple[float, float]]:
    """The path through the points, and the last of them. One that stands alone is a dot."""
    path, pen, last = [], "M", (0.0, 0.0)
    for point in points:
        if point is None:
            pen = "M"
            continue
        path.append(f"{pen}{point[0]:.1f} {point[1]:.1f}{'h0' if pen == 'M' else ''}")
        pen, last = "L", point
    return " ".join(path), last


def _level(at: float) -> SafeString:
    return format_html('<path class="spark-limit" d="M0 {}h{}"/>', f"{at:.1f}", SPARK_WIDTH)


def strip(rows: Sequence[tuple[str, str]], label: str) -> SafeString:
    """A small bar a day, each a pair of what hovering says and the state of that day. Worse days are lower, so that
    colour is not all that tells them; "" is a day without data, which is a gap with a line at its foot."""
    parts = [(_bar_of_day(place, state), said) for place, (said, state) in enumerate(rows)]
    bars = format_html_join("", "{}<title>{}</title></rect>", parts)
    width = max(1, len(rows)) * STRIP_STEP - 2
    return format_html(
        '<svg class="strip" width="{}" height="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        *(width, STRIP_HEIGHT, width, STRIP_HEIGHT, label, bars),
    )


def _fill_of_day(state: str) -> str:
    """The colour of a day by its state; a day without data has none."""
    return Health(state).look.fill if state else "empty"


@lru_cache(maxsize=512)
def _bar_of_day(place: int, state: str) -> SafeString:
    """Up to its title. A page of clients draws the same few again and again."""
    tall = HEIGHT_OF_DAY.get(state, 2)
    return format_html(
        '<rect class="fill-{}" x="{}" y="{}" width="{}" height="{}" rx="1">',
        *(_fill_of_day(state), place * STRIP_STEP, STRIP_HEIGHT - tall, STRIP_STEP - 2, tall),
    )


def days(rows: Sequence[tuple[str, str]], label: str) -> SafeString:
    """Uptime bars: one per day, each a pair of what hovering says and the state of that day, "" for no data."""
    width = 10
    bars = format_html_join(
        "",
        '<rect class="fill-{}" x="{}" y="0" width="{}" height="32" rx="2"><title>{}</title></rect>',
        ((_fill_of_day(state), index * width, width - 2, said) for index, (said, state) in enumerate(rows)),
    )
    return format_html(
        '<svg viewBox="0 0 {} 32" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        max(1, len(rows)) * width - 2,
        label,
        bars,
    )


def bar(used: int, whole: int, fill: str, *, width: str, height: int, label: str) -> SafeString:
    """A bar of ``used`` out of ``whole``. ``width`` is a number of pixels or "100%"."""
    share = min(1000, round(1000 * used / whole)) if whole > 0 else 0
    return format_html(
        '<svg class="bar" width="{}" height="{}" viewBox="0 0 1000 {}" preserveAspectRatio="none" role="img"'
        ' aria-label="{}"><rect class="bar-ground" width="1000" height="{}"/>'
        '<rect class="fill-{}" data-bar width="{}" height="{}"/></svg>',
        width,
        height,
        height,
        label,
        height,
        fill,
        share,
        height,
    )
