"""Every state word has a tone and an icon of the sprite, and every state of the models has a badge."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import Context, Engine

from agreements.models import RetainerState
from backlog.models import BacklogState
from incidents.states import IncidentState
from monitoring.models import AlertState, Health
from retainer import sitemap
from retainer.dashboard.found import ACTS
from retainer.ui.badges import ALIASES, BADGES, badge_for
from slas.models import ClockState, Severity

PROJECT = Path(__file__).resolve().parents[2]
SPRITE = set((PROJECT / "retainer" / "assets" / "icons.txt").read_text().split())
TONES = {"neutral", "info", "good", "warn", "bad"}
EVERY = [(kind, word) for kind, words in BADGES.items() for word in words]


def render(source: str, **context: object) -> str:
    engine = Engine(builtins=["django.templatetags.i18n", "retainer.ui.tags"])
    return engine.from_string(source).render(Context(context))


@pytest.mark.parametrize(("kind", "word"), EVERY)
def test_a_state_word_has_a_tone_an_icon_and_a_word(kind: str, word: str) -> None:
    badge = BADGES[kind][word]
    assert badge.tone in TONES
    assert str(badge.word)
    # Criticality is a plain word with its noun.
    assert badge.icon in SPRITE or kind == "criticality"


def test_only_critical_and_down_are_solid() -> None:
    assert {word for kind, word in EVERY if BADGES[kind][word].solid} == {"critical", "down"}


@pytest.mark.parametrize(
    ("kind", "choices"),
    [
        ("system", Health),
        ("alert", AlertState),
        ("clock", ClockState),
        ("severity", Severity),
        ("incident", IncidentState),
        ("retainer", RetainerState),
        ("backlog", BacklogState),
    ],
)
def test_every_state_of_a_model_has_its_badge(kind: str, choices: type) -> None:
    assert {str(value) for value in choices.values} == set(BADGES[kind])  # type: ignore[attr-defined]


def test_a_check_speaks_the_words_of_a_system() -> None:
    assert all(target in BADGES for target in ALIASES.values())
    assert badge_for("check", "down") == badge_for("system", "down")


def test_a_word_that_is_not_on_the_list_is_an_error() -> None:
    with pytest.raises(KeyError):
        badge_for("incident", "pending_approval")


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
