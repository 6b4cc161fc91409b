"""What the documents name exists: files, folders, make targets, Django's commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TOP = ("tests", "docs", "bench", "deploy", "requirements", "templates", "core", "retainer", "monitoring", "slas")


def named(text: str) -> set[str]:
    """Paths in code marks that begin with one of our folders."""
    found = re.findall(r"`([\w./-]+)`", text)
    return {path for path in found if path.split("/")[0] in TOP and "/" in path and not path.startswith("/")}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    assert [path for path in sorted(named(document.read_text())) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_that_a_document_names_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    # In code: "make" is an English word too.
    said = set(re.findall(r"`make ([a-z-]+)", document.read_text())) | set(
        re.findall(r"^make ([a-z-]+)", document.read_text(), re.MULTILINE)
    )
    assert said <= targets


def test_links_between_documents_lead_somewhere() -> None:
    for document in DOCUMENTS:
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", document.read_text()):
            assert (document.parent / link).exists(), f"{document.name}: {link}"
