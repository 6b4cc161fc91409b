"""Searching by a few letters: what matters in a word, what does not, and what comes first."""

from __future__ import annotations

import pytest

from clients.models import Client
from core.searching import INSIDE, NAME, SYNONYM, WORD, best, pattern, rank
from tests.cast import Cast

ALIKE = [
    ("muller", "Müller"),
    ("mueller", "Müller"),
    ("MÜLLER", "Muller"),
    ("strasse", "Straße"),
    ("straße", "Strasse"),
    ("ærø", "Aerø"),
    ("lodz", "Łódź"),
    ("oncall", "oncall"),
    ("on-call", "On call"),
    ("on call", "on-call"),
    ("cafe", "Café"),
    ("a.b(c", "A.B(C) *"),
    ("東京", "東京"),
]


@pytest.mark.parametrize(("typed", "name"), ALIKE)
def test_case_accents_and_hyphens_do_not_matter(typed: str, name: str) -> None:
    assert rank(typed, name) == NAME


@pytest.mark.parametrize(("typed", "name"), ALIKE)
def test_the_database_reads_the_same_pattern(typed: str, name: str, cast: Cast) -> None:
    with cast.north.scope():
        Client.objects.create(name=name, slug="looked-for")
        found = best(Client.objects.order_by("name"), typed, name="name", most=5)
    assert [row.name for row in found] == [name]


def test_the_beginning_of_the_name_comes_before_words_synonyms_and_the_inside() -> None:
    assert rank("pla", "Plans", "tier") == NAME
    assert rank("pla", "Our plans") == WORD
    assert rank("pla", "Tiers", "levels, plan") == SYNONYM
    assert rank("pla", "Template") == INSIDE
    assert rank("pla", "Tiers", "template") is None
    assert rank("policy sla", "Response times", "SLA, policy") == SYNONYM
    assert rank("sla invoice", "Response times", "SLA, policy") is None


def test_one_letter_finds_only_what_begins_with_it() -> None:
    assert rank("a", "Alerts") == NAME
    assert rank("a", "Home", "a, about") is None
    assert rank("m", "Home") is None


def test_rows_come_in_the_same_order_and_are_bounded(cast: Cast) -> None:
    with cast.north.scope():
        for number, name in enumerate(["Replan", "The plan", "Plan B", "Plan A"]):
            Client.objects.create(name=name, slug=f"row-{number}")
        found = best(Client.objects.order_by("name"), "plan", name="name", most=3)
    assert [row.name for row in found] == ["Plan A", "Plan B", "The plan"]


@pytest.mark.parametrize(
    "typed", ["\\", "[", "(", "*", "a{2", "\\m", "\x00", "'; --", "%", "é\u0301", "😀", "\ud800", "²"]
)
def test_no_words_break_the_pattern(typed: str, cast: Cast) -> None:
    if not pattern(typed):
        return
    rank(typed, "North", "other")
    with cast.north.scope():
        assert best(Client.objects.order_by("name"), typed, name="name", most=3) == []


def test_many_separators_say_as_much_as_one() -> None:
    assert pattern("a - - -b") == pattern("a b")


@pytest.mark.timeout(60)
def test_no_words_make_the_looking_endless(cast: Cast) -> None:
    """A name of nothing but hyphens, and words that could share them in more ways than anybody can count."""
    name, words = "a" + "-" * 70, "a" + " -" * 30 + "x"
    assert rank(words, name, name) is None
    with cast.north.scope():
        Client.objects.create(name=name, slug="hyphens")
        assert best(Client.objects.order_by("name"), words, name="name", most=3) == []
