"""The contrast of every pair of tokens that meet on a page, recomputed from the style sheet."""

from __future__ import annotations

import pytest

from retainer.ui.contrast import contrast
from retainer.ui.tokens import THEMES, Theme, colours

GROUNDS = ("canvas", "surface", "raised", "sunken", "selected")
TONES = ("neutral", "info", "good", "warn", "bad", "accent")
EACH_THEME = pytest.mark.parametrize("theme", THEMES)


@EACH_THEME
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_can_be_read_on_every_ground(theme: Theme, ground: str) -> None:
    found = colours(theme)
    assert contrast(found["text"], found[ground]) >= 12
    assert contrast(found["text-2"], found[ground]) >= 6.4
    assert contrast(found["text-3"], found[ground]) >= 4.6


@EACH_THEME
@pytest.mark.parametrize("ground", ["canvas", "surface", "raised"])
def test_the_edge_of_an_input_can_be_seen(theme: Theme, ground: str) -> None:
    found = colours(theme)
    assert contrast(found["border-strong"], found[ground]) >= 3


@EACH_THEME
@pytest.mark.parametrize("tone", TONES)
def test_a_tone_can_be_read_on_every_ground_its_tint_and_its_solid(theme: Theme, tone: str) -> None:
    found = colours(theme)
    for ground in (*GROUNDS, f"{tone}-tint"):
        assert contrast(found[f"{tone}-text"], found[ground]) >= 5.5, ground
    assert contrast(found[f"{tone}-on"], found[f"{tone}-solid"]) >= 5.3
    assert contrast(found[f"{tone}-solid"], found["canvas"]) >= 3
    assert contrast(found["text"], found[f"{tone}-tint"]) >= 4.5


@EACH_THEME
def test_hovered_buttons_and_tooltips_can_be_read(theme: Theme) -> None:
    found = colours(theme)
    assert contrast(found["accent-on"], found["accent-hover"]) >= 4.5
    assert contrast(found["bad-on"], found["danger-hover"]) >= 4.5
    assert contrast(found["tooltip-on"], found["tooltip"]) >= 7


@EACH_THEME
@pytest.mark.parametrize("series", range(1, 7))
def test_a_line_of_a_chart_can_be_seen(theme: Theme, series: int) -> None:
    found = colours(theme)
    assert contrast(found[f"series-{series}"], found["surface"]) >= 3


def test_both_themes_hold_the_same_tokens() -> None:
    assert colours("light").keys() == colours("dark").keys()
    assert len(colours("light")) > 40
