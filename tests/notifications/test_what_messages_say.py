"""The words of each message stand in one template, as subject, lead, lines and action."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from core.models import Agency
from retainer.notifications.messages import mail_bodies, message_of

FOLDER = Path(settings.BASE_DIR) / "templates" / "emails"
MESSAGES = sorted(f"{path.parent.name}/{path.stem}" for path in FOLDER.glob("*/*.txt") if not path.stem.startswith("_"))
SAID: dict[str, Any] = {
    "incident": SimpleNamespace(title="Refunds & <b>delays</b>", reference="INC-7", severity="critical"),
    "system": SimpleNamespace(name="Chat & Co"),
    "approval": SimpleNamespace(title="Care & <more>", content={"words": "As on Tuesday."}),
    "client": SimpleNamespace(name="Norvik & Sons"),
    "until": "Mon 7 Dec 2026 00:00 CET",
    "last": "From January.",
    "facts": ["First response: due in 20 min", "We look into it.\n\nMore soon."],
    "said": ["We look into it.", "More soon."],
    "promise": "First response",
    "title": "quality < 80 %",
    "question": "Which orders\nare wrong? " + "x" * 200,
    "solving_waits": True,
    "well": True,
    "name": "Brightloop",
    "inviter": "Ann Lee",
    "role": "engineer",
}


@pytest.mark.parametrize("name", MESSAGES)
def test_each_has_a_subject_of_one_line_a_lead_and_one_action(name: str) -> None:
    message = message_of(name, url="https://example.org/", **SAID)
    assert message.subject == " ".join(message.subject.split())
    assert message.subject
    assert message.lead == message.lead.strip() != ""
    assert message.action
    assert "\n" not in message.action
    assert message.url == "https://example.org/"


@pytest.mark.parametrize("name", MESSAGES)
def test_nothing_is_escaped_before_it_is_known_whether_it_is_text_or_html(name: str) -> None:
    message = message_of(name, url="", **SAID)
    assert "&amp;" not in "".join([message.subject, message.lead, *message.lines])
    assert "&lt;" not in "".join([message.subject, message.lead, *message.lines])


def test_a_missed_deadline_says_which_promise_of_which_incident() -> None:
    message = message_of("staff/clock_breached", url="", **SAID)
    assert message.subject == "Missed: First response on INC-7"
    assert message.lead == "Refunds & <b>delays</b>"
    assert message.lines == ["INC-7 · Chat & Co", *SAID["facts"][:1], "We look into it.", "More soon."]
    assert message.action == "Open the incident"


@pytest.mark.parametrize(("well", "subject"), [(True, "Solved: Chat & Co"), (False, "We ended our work on Chat & Co")])
def test_an_incident_is_called_solved_only_where_it_was_measured(well: bool, subject: str) -> None:
    assert message_of("client/incident_resolved", url="", **{**SAID, "well": well}).subject == subject


@pytest.mark.parametrize("name", ["client/asked", "client/reminded"])
def test_a_long_question_is_cut_in_the_subject_and_whole_in_the_mail(name: str) -> None:
    message = message_of(name, url="", **SAID)
    assert len(message.subject) <= 150
    assert SAID["question"] in message.lead


def test_the_client_is_told_that_time_stands_still_only_where_it_does() -> None:
    stands = message_of("client/asked", url="", **SAID).lines
    runs = message_of("client/asked", url="", **{**SAID, "solving_waits": False}).lines
    assert [line for line in stands if line not in runs] == ["Until we have it, the time to solve this does not run."]


def test_no_words_of_a_mail_stand_in_python() -> None:
    """Whoever makes a message without a template writes its words where nobody looks for them."""
    root = Path(settings.BASE_DIR)
    makers = [path for path in root.glob("retainer/**/*.py") if re.search(r"\bMessage\(", path.read_text())]
    assert [str(path.relative_to(root)) for path in makers] == ["retainer/notifications/messages.py"]


def test_an_invitation_says_who_asks_whom_to_do_what() -> None:
    message = message_of("staff/invited", url="", **SAID)
    assert message.subject == "Ann Lee invites you to Brightloop"
    assert message.lead == "Ann Lee invites you to look after AI systems at Brightloop."
    assert message.lines == ["Your role: engineer.", "The link works once, for this address, for 7 days."]


def test_the_page_of_a_mail_begins_with_its_kind() -> None:
    """Whatever stands before it in the template, so that no reader falls back to the ways of old browsers."""
    message = message_of("staff/invited", url="https://example.org/", **SAID)
    house = Agency(name="Brightloop", brand_colour="#4f46e5")
    assert mail_bodies(message, house=house)[1].startswith("<!doctype html>")


def test_what_somebody_wrote_is_no_template() -> None:
    message = message_of("staff/no_data", url="", **{**SAID, "title": "{% now 'Y' %} {{ system }}"})
    assert message.subject == "No data: {% now 'Y' %} {{ system }}"
