"""No template carries a raw colour, size or shadow, an inline script or style, or code for htmx to evaluate."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
# Mail clients read no style sheet, so mail has its own rules.
TEMPLATES = sorted(path for path in (PROJECT / "templates").rglob("*.html") if "emails" not in path.parts)
STYLES = sorted((PROJECT / "retainer" / "assets" / "css").glob("*.css"))
SCALE = {"0", "1", "2", "3", "4", "6", "8", "12", "16", "px", "auto", "full", "screen", "fit", "min", "max"}
SPACED = "[pm][xytrblse]?|gap(?:-[xy])?|space-[xy]|w|h|size|top|left|right|bottom|inset"

FORBIDDEN = {
    "a raw colour": re.compile(r"(?<![&\w])#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b(?![\w-])|\b(?:rgba?|hsla?|oklch)\("),
    "an inline style": re.compile(r"\sstyle\s*=|<style\b", re.I),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*[\"']|javascript:", re.I),
    "code for htmx": re.compile(r"hx-on|\bjs:|hx-trigger=\"[^\"]*\["),
    "a shadow off the scale": re.compile(r"\bshadow-(?!menu\b|dialog\b)[\w\[]|box-shadow"),
}


def classes_of(text: str) -> list[str]:
    """Every class written down in a template, without the template language between them."""
    found = re.findall(r'\sclass="([^"]*)"', re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.S))
    return [name for names in found for name in names.split()]


def faults_of(text: str) -> list[str]:
    """What is wrong with a template, in words."""
    # Comments and examples in code marks are read by people and not by browsers.
    shown = re.sub(r"\{#.*?#\}|<code>.*?</code>", "", text, flags=re.S)
    faults = [f"{what}: {match[0]!r}" for what, rule in FORBIDDEN.items() for match in [rule.search(shown)] if match]
    for name in classes_of(shown):
        step = re.fullmatch(rf"(?:[a-z-]+:)*-?(?:{SPACED})-(.+)", name)
        if "[" in name or (step and step[1] not in SCALE and "/" not in step[1]):
            faults.append(f"a size off the scale: {name!r}")
    return faults


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PROJECT / "templates")))
def test_a_template_uses_tokens_and_nothing_inline(path: Path) -> None:
    assert faults_of(path.read_text()) == []


@pytest.mark.parametrize(
    "bad",
    [
        '<p class="text-[13px]">x</p>',
        '<p class="p-5">x</p>',
        '<p class="md:mt-7">x</p>',
        '<p style="color: red">x</p>',
        '<p data-colour="#4F49D6">x</p>',
        '<p class="shadow-lg">x</p>',
        "<script>go()</script>",
        '<a onclick="go()">x</a>',
        '<a hx-on:click="go()">x</a>',
        '<a hx-get="/" hx-trigger="click[ctrlKey]">x</a>',
        '<a hx-vals="js:{a: 1}">x</a>',
    ],
)
def test_the_rule_catches_what_it_is_for(bad: str) -> None:
    assert faults_of(bad)


@pytest.mark.parametrize("path", [path for path in STYLES if path.name != "tokens.css"], ids=lambda path: path.name)
def test_a_style_sheet_takes_every_colour_and_shadow_from_the_tokens(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch)\(", text) == []
    assert [value for value in re.findall(r"box-shadow:\s*([^;]+);", text) if not value.startswith("var(")] == []
    assert [
        value
        for value in re.findall(r"font-size:\s*([^;]+);", text)
        if value not in ("inherit", "100%") and not value.startswith("var(")
    ] == []
