"""A mail has the agency's name and colour, what it means for people first, one button, and the same in plain text."""

from __future__ import annotations

import re

import pytest

from core.models import Agency
from retainer.notifications.messages import Message, mail_bodies
from retainer.ui.brand import accent
from retainer.ui.contrast import contrast

MESSAGE = Message(
    subject="A problem with Support",
    lead="Customers wait twice as long for answers",
    lines=["Priya is on it.", "Next update by 15:00 <b>&</b>"],
    action="See how it stands",
    url="https://retainer.example/p/x/",
)


def bodies(colour: str = "#C2410C", message: Message = MESSAGE) -> tuple[str, str]:
    return mail_bodies(message, house=Agency(name="Acme & Sons", brand_colour=colour))


@pytest.mark.parametrize("colour", ["#C2410C", "#4F49D6", "#111111", "#FFFF00", "#00FFAA"])
def test_the_button_has_the_brand_and_can_be_read(colour: str) -> None:
    own = accent(colour, "light")
    _text, html = bodies(colour)
    assert f"background:{own['solid']}" in html
    assert f"color:{own['on']}" in html
    assert contrast(own["on"], own["solid"]) >= 4.5


def test_there_is_one_button_and_nothing_is_fetched_from_anywhere() -> None:
    _text, html = bodies()
    assert re.findall(r'href="([^"]*)"', html) == [MESSAGE.url]
    assert not re.search(r"<img|<link|<script|src=|url\(|@import", html)


def test_what_it_means_for_people_is_the_headline() -> None:
    _text, html = bodies()
    assert re.search(r"<h1[^>]*>Customers wait twice as long for answers</h1>", html)
    assert html.index("</h1>") < html.index("Priya is on it.") < html.index("See how it stands")


def test_plain_text_says_the_same_as_it_was_written() -> None:
    text, _html = bodies()
    said = [MESSAGE.lead, *MESSAGE.lines, f"{MESSAGE.action}: {MESSAGE.url}", "Acme & Sons"]
    assert [line for line in text.splitlines() if line in said] == said


def test_what_somebody_wrote_is_never_markup() -> None:
    _text, html = bodies()
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in html
    assert "Acme &amp; Sons" in html


def test_without_an_action_there_is_no_button() -> None:
    text, html = bodies(message=Message(subject="x", lead="Solved"))
    assert "href" not in html
    assert "http" not in text


def test_it_says_why_it_came() -> None:
    text, html = bodies()
    assert "You get this because Acme & Sons looks after your AI systems." in text
    assert "You get this because Acme &amp; Sons looks after your AI systems." in html
