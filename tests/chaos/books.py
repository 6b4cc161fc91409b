"""What the outside wrote down: each answer of each subject, each fall into illness, each incident that was opened.

Many threads write and the oracle reads, so every book is written under its lock and read as a copy. Times are seconds
of the machine's own clock, which no fault moves; the product's ids carry the same clock.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace

# What a subject answered, or sent. Whoever is silent answers nothing, and neither does one who refuses the connection.
GOOD, DEGRADED, MISSING, ERROR = "good", "degraded", "missing", "error"
SILENT, REFUSED = "silent", "refused"
FOREVER = float("inf")


@dataclass(frozen=True)
class Answer:
    """One answer. ``sure`` is False where whoever sent it was not told whether it had arrived.

    What was sent may have been judged from ``sent`` on, before its sender heard at ``at`` that it had arrived.
    """

    at: float
    word: str
    sure: bool = True
    sent: float = FOREVER

    @property
    def began(self) -> float:
        """From when on it may have been judged."""
        return min(self.sent, self.at)


@dataclass(frozen=True)
class Phase:
    """A time in which a subject stayed the same; the last one is still going on."""

    word: str
    since: float
    until: float = FOREVER


@dataclass(frozen=True)
class Touch:
    """Something that was done to a check or to its system on purpose: paused, disabled, edited."""

    what: str
    since: float
    until: float = FOREVER


@dataclass(frozen=True)
class Page:
    """All that was written about one subject."""

    answers: tuple[Answer, ...] = ()
    phases: tuple[Phase, ...] = ()
    touches: tuple[Touch, ...] = ()

    @property
    def word(self) -> str:
        """How it stands."""
        return self.phases[-1].word if self.phases else GOOD


@dataclass
class _Page:
    answers: list[Answer] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)


class Book:
    """The subjects by the name of their check."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: dict[str, _Page] = defaultdict(_Page)

    def answered(self, name: str, word: str, *, sure: bool = True, sent: float = FOREVER) -> None:
        """Notes an answer that was just given, or a value whose sender has just heard of it."""
        with self._lock:
            self._pages[name].answers.append(Answer(time.time(), word, sure, sent))

    def becomes(self, name: str, word: str) -> None:
        """Notes that it stands otherwise from now on."""
        with self._lock:
            phases, at = self._pages[name].phases, time.time()
            if phases and phases[-1].word == word:
                return
            if phases:
                phases[-1] = replace(phases[-1], until=at)
            phases.append(Phase(word, at))

    def word(self, name: str) -> str:
        """How it stands now."""
        with self._lock:
            phases = self._pages[name].phases
            return phases[-1].word if phases else GOOD

    def touch(self, what: str, *names: str) -> None:
        """Notes the beginning of something that is done to them."""
        with self._lock:
            for name in names:
                self._pages[name].touches.append(Touch(what, time.time()))

    def let_go(self, *names: str) -> None:
        """Notes the end of it."""
        with self._lock:
            for name in names:
                touches = self._pages[name].touches
                touches[-1] = replace(touches[-1], until=time.time())

    def pages(self) -> dict[str, Page]:
        """A copy of everything."""
        with self._lock:
            return {
                name: Page(tuple(page.answers), tuple(page.phases), tuple(page.touches))
                for name, page in self._pages.items()
            }


YES, NO, PERHAPS = "yes", "no", "perhaps"


@dataclass
class Opened:
    """An incident that somebody wanted to open, and what they did with it. Each act was done, was not, or perhaps."""

    agency: str
    system: str
    title: str
    severity: str
    opened: str = PERHAPS
    acknowledged: str = NO
    resolved: str = NO


class Diary:
    """The incidents by title; no two wishes have the same."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[str, Opened] = {}

    def wants(self, row: Opened) -> None:
        """Noted before it is tried, so that one whose answer was lost is known as well."""
        with self._lock:
            assert row.title not in self._rows
            self._rows[row.title] = row

    def notes(self, title: str, **what: str) -> None:
        """How an act ended."""
        with self._lock:
            self._rows[title] = replace(self._rows[title], **what)

    def rows(self) -> list[Opened]:
        """A copy of everything."""
        with self._lock:
            return [replace(row) for row in self._rows.values()]
