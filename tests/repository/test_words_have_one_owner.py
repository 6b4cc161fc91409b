"""Each fixed vocabulary is one enum, and every column that stores one of its words is held to it by the database."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import CheckConstraint, Field

from core.vocabulary import Vocabulary
from incidents.models import Incident
from slas.words import Party

ROOT = Path(settings.BASE_DIR)
OURS = ("core", "clients", "slas", "agreements", "incidents", "monitoring", "backlog", "retainer")


def stored() -> list[tuple[str, Any]]:
    """Every column that has choices, by its model."""
    return [
        (model._meta.label, field)
        for model in apps.get_models()
        if model.__module__.split(".")[0] in OURS
        for field in model._meta.get_fields()
        if isinstance(field, Field) and (field.choices or getattr(getattr(field, "base_field", None), "choices", None))
    ]


@pytest.mark.parametrize(("label", "field"), stored(), ids=lambda one: one if isinstance(one, str) else one.name)
def test_a_column_of_fixed_words_has_a_check(label: str, field: Any) -> None:
    checks = [one for one in field.model._meta.constraints if isinstance(one, CheckConstraint)]
    assert any(f"{field.name}__" in str(one.condition) for one in checks), f"{label}.{field.name} takes any word"


def test_an_incident_knows_no_other_severity_source_or_party() -> None:
    checks = " ".join(str(one.condition) for one in Incident._meta.constraints if isinstance(one, CheckConstraint))
    assert all(f"'{column}__in'" in checks for column in ("severity", "source", "waiting_on"))


def test_the_parties_are_named_in_one_place() -> None:
    pattern = re.compile(r"[\"']vendor[\"']")
    found = {
        str(path.relative_to(ROOT))
        for app in OURS
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts and pattern.search(path.read_text())
    }
    assert found == {"slas/words.py"}


def test_every_party_and_every_day_has_a_colour_in_the_stylesheet() -> None:
    sheet = (ROOT / "retainer" / "assets" / "css" / "data.css").read_text()
    drawn = {word.look.fill for kind in Vocabulary.__subclasses__() for word in kind if word.look.fill}
    assert {party.look.fill for party in Party} <= drawn
    assert all(f".fill-{fill} {{" in sheet for fill in drawn)
