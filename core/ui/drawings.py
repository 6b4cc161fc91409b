"""Small drawings in SVG, whose bars have width attributes, because no style attribute is allowed."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 96, 24, 2.5
FILL_OF_DAY = {"healthy": "good", "degraded": "warn", "down": "bad", "maintenance": "info"}


def spark(values: Sequence[float | None], label: str) -> SafeString:
    """A sparkline of 96×24. None is a gap in the line and is never bridged."""
    known = [value for value in values if value is not None]
    if not known:
        return SafeString("")
    low, span = min(known), max(known) - min(known)
    step = (SPARK_WIDTH - 2 * SPARK_MARGIN) / max(1, len(values) - 1)

    def place(index: int, value: float) -> tuple[float, float]:
        share = (value - low) / span if span else 0.5
        return SPARK_MARGIN + index * step, SPARK_HEIGHT - SPARK_MARGIN - share * (SPARK_HEIGHT - 2 * SPARK_MARGIN)

    path, pen, last = [], "M", (0.0, 0.0)
    for index, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        last = place(index, value)
        path.append(f"{pen}{last[0]:.1f} {last[1]:.1f}")
        pen = "L"
    return format_html(
        '<svg class="spark" width="{}" height="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<path class="spark-line" d="{}"/><circle class="spark-end" cx="{}" cy="{}" r="2"/></svg>',
        SPARK_WIDTH,
        SPARK_HEIGHT,
        SPARK_WIDTH,
        SPARK_HEIGHT,
        label,
        " ".join(path),
        f"{last[0]:.1f}",
        f"{last[1]:.1f}",
    )


def days(rows: Sequence[tuple[str, str]], label: str) -> SafeString:
    """Uptime bars: one per day, each a pair of what hovering says and the state of that day, "" for no data."""
    width = 10
    bars = format_html_join(
        "",
        '<rect class="fill-{}" x="{}" y="0" width="{}" height="32" rx="2"><title>{}</title></rect>',
        ((FILL_OF_DAY.get(state, "empty"), index * width, width - 2, said) for index, (said, state) in enumerate(rows)),
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
