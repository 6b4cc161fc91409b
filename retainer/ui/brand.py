"""An agency's accent: its brand colour's hue, moved in lightness until text and buttons can be read in both themes."""

from __future__ import annotations

from collections.abc import Callable

from retainer.ui.contrast import contrast, from_oklch, oklch
from retainer.ui.tokens import THEMES, Theme, colours

# The sixth is the hover of a solid button.
VALUES = ("text", "tint", "border", "solid", "on", "hover")
TEXT_CONTRAST = 4.5
SOLID_CONTRAST = 3.0
NEAR_GREY = 0.03
STEP = 0.005
# Where the search starts, which way it goes, and how strong a tint may be: (lightness, direction, tint, border).
PLACES: dict[Theme, tuple[float, int, float, float]] = {
    "light": (0.62, -1, 0.96, 0.86),
    "dark": (0.62, 1, 0.26, 0.39),
}
TINT_CHROMA = {"light": 0.03, "dark": 0.06}
BORDER_CHROMA = {"light": 0.075, "dark": 0.1}
HOVER = {"light": -0.05, "dark": 0.05}


def accent(colour: str, theme: Theme) -> dict[str, str]:
    """The accent's values for a theme, by ``VALUES``: text 4.5:1 on selected and on its tint, text on solid 4.5:1,
    solid 3:1 on canvas. ``colour`` is ``#RRGGBB``."""
    lightness, chroma, hue = oklch(colour)
    if chroma < NEAR_GREY:
        return _plain(theme)
    ground = colours(theme)
    start, way, tint_at, border_at = PLACES[theme]
    # The brand's own lightness is kept where it already passes.
    start = min(start, lightness) if way < 0 else max(start, lightness)
    tint = from_oklch(tint_at, min(chroma, TINT_CHROMA[theme]), hue)
    on = "#FFFFFF" if theme == "light" else from_oklch(0.15, min(chroma, 0.03), hue)

    def solid_passes(value: str) -> bool:
        return contrast(on, value) >= TEXT_CONTRAST and contrast(value, ground["canvas"]) >= SOLID_CONTRAST

    def text_passes(value: str) -> bool:
        return min(contrast(value, ground["selected"]), contrast(value, tint)) >= TEXT_CONTRAST

    solid = _until(solid_passes, start, way, chroma, hue)
    hover = from_oklch(oklch(solid)[0] + HOVER[theme], chroma, hue)
    return {
        "text": _until(text_passes, start, way, chroma, hue),
        "tint": tint,
        "border": from_oklch(border_at, min(chroma, BORDER_CHROMA[theme]), hue),
        "solid": solid,
        "on": on,
        "hover": hover,
    }


def stylesheet(colour: str) -> str:
    """The style sheet of a brand colour (``#RRGGBB``): the accent tokens for both themes."""
    light, dark = (accent(colour, theme) for theme in THEMES)
    lines = "".join(f"--accent-{name}:light-dark({light[name]},{dark[name]});" for name in VALUES)
    return f":root{{{lines}}}\n"


def _plain(theme: Theme) -> dict[str, str]:
    """A near-grey brand has no hue to keep, so its accent is the text colour."""
    ground = colours(theme)
    return {
        "text": ground["text"],
        "tint": ground["neutral-tint"],
        "border": ground["neutral-border"],
        "solid": ground["text"],
        "on": ground["surface"],
        "hover": ground["text-2"],
    }


def _until(passes: Callable[[str], bool], lightness: float, way: int, chroma: float, hue: float) -> str:
    """The first colour that passes, moving lightness step by step; at its end lies black or white, which does."""
    value = from_oklch(lightness, chroma, hue)
    while not passes(value) and 0 < lightness < 1:
        lightness += way * STEP
        value = from_oklch(lightness, chroma, hue)
    return value
