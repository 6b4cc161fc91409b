"""The demo as `make demo` fills it, and the portal of each of its clients read page by page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import reverse

from clients.selectors import PortalPlace, portal_places_of
from core.models import User
from retainer.local.seed import story

CLIENTS = (*story.CLIENTS, *story.OTHER_CLIENTS)
# With whoever reads a portal without being a client yet.
READERS = (*CLIENTS, story.PROSPECT)
# Far more than a demo client has. A portal that never ends is a fault of its own.
MOST_PAGES = 200
# Where a contact asks for a review of a wait: outside the portal, and part of what it says.
ASKING = "/review/"
# Where one sentence ends and another thing begins.
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote br button caption dd details div dl dt fieldset figure footer form h1 h2 h3"
        " h4 header hr label legend li main nav ol option p pre section select summary table tbody td textarea tfoot"
        " th thead title tr ul",
    )
)
_UNSEEN = frozenset(("script", "style", "template", "svg", "head"))
_SPOKEN = ("title", "aria-label", "alt", "placeholder")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“])")


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, list item or cell of a portal page, and what it stands under."""

    place: PortalPlace
    zone: str
    path: str
    text: str
    # The heading, the term or the head of the row, and the head of the column.
    heading: str = ""
    row: str = ""
    column: str = ""


def seed_demo(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """With the command of `make demo`. Nothing answers where the checks point, and none is run."""
    monkeypatch.setenv("SAMPLE_SYSTEM_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("DEMO_FILE", str(folder / "demo.json"))
    call_command("seed_demo", stdout=StringIO())


def everything_said() -> list[Said]:
    """All that the portals say to all contacts of the demo's clients."""
    users = User.objects.filter(email__in=[email for row in READERS for _name, email, _rights in row.contacts])
    return [
        said for user in users.order_by("email") for place in portal_places_of(user.id) for said in walk(user, place)
    ]


def walk(user: User, place: PortalPlace) -> list[Said]:
    """Follows every link that stays in the portal, from its home on, as this contact."""
    browser = Browser()
    browser.force_login(user)
    start = reverse("portal:home", args=[place.agency_slug, place.client_slug])
    waiting, seen, said = [start], {start}, []
    while waiting:
        path = waiting.pop(0)
        answer = browser.get(path)
        assert answer.status_code == 200, f"{path} answers {answer.status_code}"
        page = read(answer.content.decode())
        said += [
            Said(place, user.time_zone, path, sentence, *under)
            for text, *under in page.said
            for sentence in sentences(text)
        ]
        # The same page over another period says nothing else.
        found = [urldefrag(urljoin(path, link))[0].partition("?")[0] for link in page.links]
        new = [link for link in dict.fromkeys(found) if link.startswith((start, ASKING)) and link not in seen]
        waiting, seen = waiting + new, seen | set(new)
        assert len(seen) <= MOST_PAGES, f"{start} has no end"
    return said


def sentences(text: str) -> list[str]:
    """The sentences of one block of text."""
    return [one for one in _SENTENCE.split(text.strip()) if one]


def read(source: str) -> Page:
    """What one page says and where it leads."""
    page = Page()
    page.feed(source)
    page.close()
    return page


class Page(HTMLParser):
    """What a reader sees, or hears read out, of one page: block by block, with what it stands under."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str, str, str]] = []
        self.links: list[str] = []
        self._text: list[str] = []
        self._unseen = 0
        self._tag = ""
        self._in_head = False
        self._heading = self._row = ""
        self._columns: list[str] = []
        self._cell = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins; what is spoken of it stands beside it."""
        self._unseen += tag in _UNSEEN
        values = dict(attrs)
        if tag == "a" and values.get("href"):
            self.links.append(str(values["href"]))
        if tag in _BLOCKS:
            self._end_of_block()
            self._tag = tag
            self._begin(tag)
        if not self._unseen:
            self.said += [(str(values[name]), self._heading, "", "") for name in _SPOKEN if values.get(name)]

    def _begin(self, tag: str) -> None:
        if tag in ("thead", "tbody"):
            self._in_head = tag == "thead"
        if tag == "thead":
            self._columns = []
        if tag == "tr":
            self._cell, self._row = 0, ""
        elif tag in ("section", "table", "dl", "ul", "p"):
            self._row = ""

    def handle_endtag(self, tag: str) -> None:
        """A block is over: its text is one thing that was said."""
        self._unseen -= tag in _UNSEEN
        if tag in _BLOCKS:
            self._end_of_block()
            self._cell += tag in ("td", "th")
        if tag == "table":
            self._columns = []

    def handle_data(self, data: str) -> None:
        """Text, unless nobody sees it."""
        if not self._unseen:
            self._text.append(data)

    def _end_of_block(self) -> None:
        text, self._text = " ".join("".join(self._text).split()), []
        if not text or self._is_name(text):
            return
        column = self._columns[self._cell] if not self._in_head and self._cell < len(self._columns) else ""
        self.said.append((text, self._heading, self._row, column))

    def _is_name(self, text: str) -> bool:
        """Heads of rows and columns, and terms, are what the next things stand under; so are headings, which say
        something too."""
        if self._tag in ("h1", "h2", "h3"):
            self._heading = text
        elif self._tag == "th" and self._in_head:
            self._columns.append(text)
            return True
        elif self._tag in ("th", "dt"):
            self._row = text
            return True
        return False
