"""The body of a change is that of the creation: what is said once and for all is refused, nothing is required."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.support import World, call, read

# The noun, a field that was said once and for all, and one that may be changed.
FIXED = [
    ("contacts", "client", {"name": "Ada Byron"}),
    ("systems", "client", {"name": "Assistant"}),
    ("retainers", "client", {"name": "Care"}),
    ("checks", "system", {"name": "Answers"}),
    ("checks", "environment_kind", {"name": "Answers"}),
    ("backlog-items", "incident", {"title": "Longer prompts"}),
]


@pytest.mark.parametrize(("noun", "field", "change"), FIXED)
def test_what_is_said_once_is_refused_by_name_and_nothing_is_changed(
    north: World, noun: str, field: str, change: dict[str, Any]
) -> None:
    where = f"{noun}/{north.ids[noun]}/"
    before = read(where, north.token)
    answer = call("PATCH", where, north.token, {**change, field: str(north.ids["clients"])})
    assert answer.status_code == 400
    assert json.loads(answer.content)["errors"] == [{"field": field, "message": "There is no such field."}]
    assert read(where, north.token) == before


@pytest.mark.parametrize("noun", ["clients", "contacts", "systems", "retainers", "checks", "backlog-items"])
def test_a_change_names_at_least_one_field(north: World, noun: str) -> None:
    answer = call("PATCH", f"{noun}/{north.ids[noun]}/", north.token, {})
    assert answer.status_code == 400
