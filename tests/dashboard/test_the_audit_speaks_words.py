"""The audit page says what was done in words. Every name that the product writes has some."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client as Browser

from core import events
from retainer.dashboard.trail import OBJECTS, WHOLE, said_of
from tests.cast import Cast

APPS = ("core", "clients", "slas", "agreements", "incidents", "monitoring", "backlog", "notifications")
NAME = re.compile(rf'"((?:{"|".join(APPS)})\.[a-z_]+\.[a-z_]+)"')
# Names of modules, tasks and handlers look the same and are in no trail.
NOT_DONE = re.compile(r"\.(tasks|handlers|probing|sources)\.|\.urls$")


def written() -> set[str]:
    """Every name of an act that stands in the source, and all that is declared as news."""
    root = Path(settings.BASE_DIR)
    found = {
        name
        for app in {*APPS, "retainer"} - {"notifications"}
        for path in (root / app).rglob("*.py")
        for name in NAME.findall(path.read_text())
        if not NOT_DONE.search(name)
    }
    return found | set(events._known)


def test_every_name_is_about_something_that_has_a_word() -> None:
    unknown = {name for name in written() if name not in WHOLE and name.split(".")[1] not in OBJECTS}
    assert unknown == set()


def test_no_word_is_left_over() -> None:
    kinds = {"pause", "resume", "satisfy", "cancel", "reopen", "correct", "agreed", "next_cycle", "owed", "retargeted"}
    made = (
        written() | {f"slas.clock.{kind}" for kind in kinds} | {f"slas.move.{act}" for act in ("applied", "prepared")}
    )
    assert set(WHOLE) - made == set()


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("incidents.incident.acknowledged", "Incident acknowledged"),
        ("slas.clock.satisfy", "Promise kept"),
        ("core.session.refused", "Sign-in failed"),
        ("core.list.exported", "List exported"),
        ("later.thing.made_anew", "Thing made anew"),
        ("odd", "odd"),
    ],
)
def test_an_act_reads_as_a_sentence(action: str, said: str) -> None:
    assert said_of(action) == said


def test_the_page_says_it_and_keeps_the_name(cast: Cast) -> None:
    browser = Browser()
    browser.force_login(cast.north.owner)
    slug = cast.north.agency.slug
    browser.get(f"/a/{slug}/incidents/export.csv")
    page = browser.get(f"/a/{slug}/settings/audit/").content.decode()
    assert 'title="core.list.exported">List exported</th>' in page
