"""Colours as numbers: WCAG contrast, and OKLCH, in which lightness can move while the hue stays."""

from __future__ import annotations

import math

Rgb = tuple[float, float, float]
GAMUT_SLACK = 1e-4


def rgb(colour: str) -> Rgb:
    """``#RRGGBB`` as three channels between 0 and 1."""
    digits = colour.lstrip("#")
    if len(digits) != 6:
        raise ValueError(f"Not a colour: {colour!r}")
    return tuple(int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))  # type: ignore[return-value]


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance, 0 to 1."""
    red, green, blue = (_linear(channel) for channel in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def oklch(colour: str) -> tuple[float, float, float]:
    """Lightness 0 to 1, chroma from 0 to about 0.37, hue in radians."""
    red, green, blue = (_linear(channel) for channel in rgb(colour))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """``#RRGGBB``. Chroma is lowered until the colour exists in sRGB."""
    low, high = 0.0, chroma
    if _inside(_channels(lightness, high, hue)):
        low = high
    for _ in range(20 if low != high else 0):
        middle = (low + high) / 2
        if _inside(_channels(lightness, middle, hue)):
            low = middle
        else:
            high = middle
    levels = (round(255 * _encoded(min(1.0, max(0.0, channel)))) for channel in _channels(lightness, low, hue))
    return "#" + "".join(f"{level:02X}" for level in levels)


def _channels(lightness: float, chroma: float, hue: float) -> Rgb:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _inside(channels: Rgb) -> bool:
    return all(-GAMUT_SLACK <= channel <= 1 + GAMUT_SLACK for channel in channels)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _encoded(channel: float) -> float:
    return 12.92 * channel if channel <= 0.0031308 else float(1.055 * channel ** (1 / 2.4) - 0.055)
