"""An incident has one next step, from how it stands: its state, whether the client sees it, what they are owed."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest

from incidents.next_action import UPDATE, Standing, next_action, owes_update
from incidents.states import Action, IncidentState, allowed

BOOL = (False, True)
EVERY = [
    Standing(state, held, waiting, owes, well)
    for state, held, waiting, owes, well in product(IncidentState.values, BOOL, BOOL, BOOL, (None, False, True))
]

# While somebody works on it and the client may see it: (owes news, waiting, well) -> acknowledged, mitigated.
AT_WORK: dict[tuple[bool, bool, bool | None], tuple[str, str]] = {
    (True, False, None): (UPDATE, UPDATE),
    (True, False, False): (UPDATE, UPDATE),
    (True, False, True): (UPDATE, UPDATE),
    (True, True, None): (UPDATE, UPDATE),
    (True, True, False): (UPDATE, UPDATE),
    (True, True, True): (UPDATE, UPDATE),
    (False, True, None): ("resume", "resume"),
    (False, True, False): ("resume", "resume"),
    (False, True, True): ("resume", "resume"),
    (False, False, None): ("mitigate", "resolve"),
    (False, False, False): ("mitigate", UPDATE),
    (False, False, True): ("resolve", "resolve"),
}


@pytest.mark.parametrize(("said", "expected"), AT_WORK.items())
def test_while_somebody_works_on_it(said: tuple[bool, bool, bool | None], expected: tuple[str, str]) -> None:
    owes, waiting, well = said
    for state, step in zip(("acknowledged", "mitigated"), expected, strict=True):
        assert next_action(Standing(state, False, waiting, owes, well)) == step


@pytest.mark.parametrize("now", EVERY)
def test_whatever_else_holds(now: Standing) -> None:
    step = next_action(now)
    if now.state == "new":
        assert step == "acknowledge", "somebody takes it before anything else"
    elif now.state in ("acknowledged", "mitigated"):
        assert (step == "confirm") == now.held, "then it is judged whether it is real"
    else:
        assert step == ("close" if now.state == "resolved" else "")
    # What is offered first is never refused for the state it stands in.
    assert step in ("", UPDATE) or allowed(Action(step), now.state)


def clock(metric: str, state: str, ended_at: datetime | None = None) -> Any:
    return SimpleNamespace(metric=metric, state=state, ended_at=ended_at)


@pytest.mark.parametrize(
    ("metric", "state", "owed"),
    [
        ("first_response", "running", True),
        ("first_response", "breached", True),
        ("first_response", "paused", False),
        ("next_response", "running", True),
        ("next_response", "not_started", False),
        ("periodic_update", "running", False),
        ("periodic_update", "at_risk", True),
        ("periodic_update", "breached", True),
        ("periodic_update", "paused", False),
        ("resolution", "breached", False),
        ("mitigation", "at_risk", False),
    ],
)
def test_the_client_is_owed_an_answer_at_once_and_the_regular_update_when_it_is_near(
    metric: str, state: str, owed: bool
) -> None:
    assert owes_update([clock("resolution", "running"), clock(metric, state)]) is owed


def test_a_promise_that_is_over_owes_nothing() -> None:
    assert not owes_update([clock("first_response", "breached", datetime(2026, 6, 1, tzinfo=UTC))])
