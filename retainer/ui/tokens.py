"""The tokens as data, read from the style sheet that pages use, for e-mail, PDF and the brand colour."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, Theme] = ("light", "dark")
SOURCE = Path(__file__).resolve().parents[2] / "retainer" / "assets" / "css" / "tokens.css"
_PAIR = re.compile(r"--([a-z0-9-]+): light-dark\((#[0-9A-Fa-f]{6}), (#[0-9A-Fa-f]{6})\);")


@cache
def colours(theme: Theme) -> dict[str, str]:
    """Every colour token of a theme by its name without dashes before it, as ``#RRGGBB``."""
    index = 2 if theme == "light" else 3
    return {match[1]: match[index] for match in _PAIR.finditer(SOURCE.read_text())}
