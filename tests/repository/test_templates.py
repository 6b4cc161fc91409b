"""Templates can be read and edited: no line is long, and no line opens two block-level elements."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
FILES = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())
WIDTH = 120
BLOCK_LEVEL = re.compile(
    r"<(?:address|article|aside|blockquote|body|caption|d[dlt]|details|dialog|div|fieldset|figure|footer|form|h[1-6]"
    r"|head|header|html|legend|li|main|nav|ol|option|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul)\b"
)
# In what is said about markup, and is no markup.
SAID = re.compile(r"\{#.*?#\}|<code>.*?</code>")


def faults_of(text: str) -> list[str]:
    """The lines that are too full, by their numbers."""
    return [f"{number}: {fault}" for number, line in enumerate(text.split("\n"), 1) for fault in _faults_of_line(line)]


def _faults_of_line(line: str) -> list[str]:
    opened = len(BLOCK_LEVEL.findall(SAID.sub("", line)))
    return [f"{len(line)} characters"] * (len(line) > WIDTH) + [f"{opened} block-level elements"] * (opened > 1)


def test_templates_have_short_lines_with_one_block_level_element_each() -> None:
    faults = {str(path.relative_to(TEMPLATES)): faults_of(path.read_text()) for path in FILES}
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize(
    "bad",
    [
        f'<p class="sub">{"word " * 30}</p>',
        "<ul><li>{{ one }}</li></ul>",
        '<div class="card-head"><h2 class="card-title">Systems</h2></div>',
        '{% if one %}<p class="sub">One</p>{% else %}<p>None</p>{% endif %}',
    ],
)
def test_the_rule_catches_what_it_is_for(bad: str) -> None:
    assert faults_of(bad)


def test_the_rule_lets_inline_elements_and_words_about_markup_be() -> None:
    good = '<p><b>One</b> <a href="/">two</a> <code><p><ul></code></p>\n{# A <ul> of <li>. #}\n<header class="head">'
    assert faults_of(good) == []
