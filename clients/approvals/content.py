"""What a client is shown and agrees to: sections of lines, made by the app whose noun it is, and their hash."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from typing import NamedTuple, TypedDict


class Subject(NamedTuple):
    """What the approval is about: a noun of some app, and the client whose it is."""

    type: str
    id: uuid.UUID
    client_id: uuid.UUID


class Line(TypedDict):
    """One line: a label, which may be empty, and what it says."""

    label: str
    text: str


class Section(TypedDict):
    """Lines under a title."""

    title: str
    lines: Sequence[Line]


class Frozen(TypedDict):
    """All that one version says. Nothing of it changes, and nothing else is shown to whoever decides."""

    title: str
    words: str
    sections: Sequence[Section]


class ShownLine(NamedTuple):
    """A line as a program reads it."""

    label: str
    text: str


class ShownSection(NamedTuple):
    """A section as a program reads it."""

    title: str
    lines: list[ShownLine]


def sections_of(content: Frozen) -> list[ShownSection]:
    """The sections of what was frozen."""
    return [
        ShownSection(one["title"], [ShownLine(line["label"], line["text"]) for line in one["lines"]])
        for one in content["sections"]
    ]


def text_of(subject: Subject, version: int, content: Frozen) -> str:
    """The text whose hash is kept: JSON with sorted keys and no spaces, in UTF-8, so that anybody can make it again."""
    said = {"client": str(subject.client_id), "subject": f"{subject.type}:{subject.id}", "version": version}
    return json.dumps(said | {"content": content}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hash_of(subject: Subject, version: int, content: Frozen) -> str:
    """SHA-256 of that text, in hexadecimal digits."""
    return hashlib.sha256(text_of(subject, version, content).encode()).hexdigest()
