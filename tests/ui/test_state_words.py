"""Every state word has a tone and an icon of the sprite, and every state of the models has a badge."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import Context, Engine

from retainer import sitemap
from retainer.dashboard.found import ACTS
from retainer.ui.badges import KINDS, word_of

PROJECT = Path(__file__).resolve().parents[2]
SPRITE = set((PROJECT / "retainer" / "assets" / "icons.txt").read_text().split())
TONES = {"neutral", "info", "good", "warn", "bad"}
EVERY = [(kind, word) for kind, words in KINDS.items() for word in words.values]


def render(source: str, **context: object) -> str:
    engine = Engine(builtins=["django.templatetags.i18n", "retainer.ui.tags"])
    return engine.from_string(source).render(Context(context))


@pytest.mark.parametrize(("kind", "word"), EVERY)
def test_a_state_word_has_a_tone_an_icon_and_a_word(kind: str, word: str) -> None:
    found = word_of(kind, word)
    assert found.look.tone in TONES
    assert str(found.label)
    # Criticality is a plain word with its noun.
    assert found.look.icon in SPRITE or kind == "criticality"


def test_only_critical_and_down_are_solid() -> None:
    assert {word for kind, word in EVERY if word_of(kind, word).look.solid} == {"critical", "down"}


def test_a_check_speaks_the_words_of_a_system() -> None:
    assert word_of("check", "down") is word_of("system", "down") is word_of("threshold", "down")


def test_a_word_that_is_not_on_the_list_is_an_error() -> None:
    with pytest.raises(ValueError, match="pending_approval"):
        word_of("incident", "pending_approval")
    with pytest.raises(KeyError):
        word_of("invoice", "paid")


def test_a_badge_is_never_colour_alone() -> None:
    drawn = render('{% badge "incident" "new" %}')
    assert "tone-bad" in drawn
    assert "icons.svg#siren" in drawn
    assert "New" in drawn


def test_a_client_reads_missed_where_staff_read_breached() -> None:
    assert "Breached" in render('{% badge "clock" "breached" %}')
    assert "Missed" in render('{% badge "clock" "breached" %}', portal_place=object())


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    named: set[str] = set()
    for path in (PROJECT / "templates").rglob("*.html"):
        named |= set(re.findall(r'\{% icon "([a-z0-9-]+)"', path.read_text()))
        named |= set(re.findall(r'\sicon="([a-z0-9-]+)"', path.read_text()))
    named |= {page.icon for page in (*sitemap.everything(), *sitemap.ACTIONS, *sitemap.PORTAL)}
    named |= {act.icon for act in ACTS}
    assert named - SPRITE == set()
