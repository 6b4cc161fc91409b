"""Any brand colour becomes an accent that can be read in both themes and keeps its hue."""

from __future__ import annotations

import colorsys
import math

import pytest

from retainer.ui.brand import VALUES, accent, stylesheet
from retainer.ui.contrast import contrast, from_oklch, oklch
from retainer.ui.tokens import THEMES, Theme, colours


def _hues() -> list[str]:
    """Fifty hues, each with another strength and lightness, from pale to almost black."""
    made = []
    for step in range(50):
        channels = colorsys.hls_to_rgb(step / 50, 0.12 + 0.8 * (step * 7 % 50) / 50, 0.35 + 0.65 * (step * 3 % 50) / 50)
        made.append("#" + "".join(f"{round(255 * channel):02X}" for channel in channels))
    return made


EXTREMES = [
    "#FFFF00",
    "#00FF00",
    "#0000FF",
    "#FF0000",
    "#00FFFF",
    "#000000",
    "#FFFFFF",
    "#808080",
    "#FFFFF0",
    "#010100",
]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("colour", [*_hues(), *EXTREMES])
def test_a_brand_colour_passes_in_both_themes(colour: str, theme: Theme) -> None:
    found, ground = accent(colour, theme), colours(theme)
    assert contrast(found["text"], ground["selected"]) >= 4.5
    assert contrast(found["text"], found["tint"]) >= 4.5
    assert contrast(found["on"], found["solid"]) >= 4.5
    assert contrast(found["on"], found["hover"]) >= 4.5
    assert contrast(found["solid"], ground["canvas"]) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("colour", ["#E4572E", "#2E86AB", "#6A994E", "#8338EC"])
def test_a_brand_colour_keeps_its_hue(colour: str, theme: Theme) -> None:
    turned = oklch(accent(colour, theme)["solid"])[2] - oklch(colour)[2]
    assert abs(math.remainder(turned, 2 * math.pi)) < 0.12


def test_a_grey_brand_uses_the_text_colour() -> None:
    assert accent("#777777", "light")["solid"] == colours("light")["text"]


def test_the_style_sheet_sets_each_accent_value_once_and_nothing_else() -> None:
    text = stylesheet("#E4572E")
    assert text.count("light-dark(") == text.count("--accent-") == len(VALUES)
    assert text.startswith(":root{")


@pytest.mark.parametrize("colour", ["#4F49D6", "#C5770F", "#209993"])
def test_a_colour_comes_back_from_oklch_as_it_went(colour: str) -> None:
    assert from_oklch(*oklch(colour)) == colour


def test_something_that_is_no_colour_is_refused() -> None:
    with pytest.raises(ValueError, match="Not a colour"):
        accent("red", "light")
