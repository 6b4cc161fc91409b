"""What the oracle makes of values that are sent: judged in between their sending and the moment their sender hears."""

from __future__ import annotations

import uuid

import pytest

from core import clock
from monitoring.models import Check, Threshold
from tests.chaos.books import DEGRADED, GOOD, Answer, Page, Phase
from tests.chaos.facts import illness
from tests.chaos.facts.alerts import TRANSITIONED
from tests.chaos.facts.stored import Stored, Told
from tests.chaos.hurts import Hurts

NAME, AGENCY = "north-push-0", uuid.uuid4()
# Every three seconds; the value falls below its limit from the second minute on, and two such values are enough.
WELL = [Answer(1000.0 + 3 * number, GOOD) for number in range(20)]
ILL_SINCE = 1060.0


def _stored(fired_at: float) -> Stored:
    check = Check(id=uuid.uuid4(), name=NAME, kind="push", bad_count=2, good_count=2, interval_seconds=15)
    limit = Threshold(id=uuid.uuid4(), bad_count=2, good_count=2)
    limit.source_check_id = check.id
    payload = {
        "change": "fired",
        "check_id": str(check.id),
        "threshold_id": str(limit.id),
        "finished_at": clock.now().isoformat(),
        "serial": 1,
    }
    news = Told((0.0,), fired_at, uuid.uuid4(), TRANSITIONED, payload, None, clock.now())
    return Stored(AGENCY, checks={check.id: check}, thresholds=[limit], news=[news])


def _said(bad: list[Answer], fired_at: float) -> list[str]:
    phases = (Phase(GOOD, 900.0, ILL_SINCE), Phase(DEGRADED, ILL_SINCE))
    pages = {NAME: Page((*WELL, *bad), phases)}
    return [one for one in illness.find(_stored(fired_at), pages, Hurts(), 1070.0) if "it fired" in one]


def test_the_value_that_fires_is_noted_by_its_sender_after_it_fired() -> None:
    first = Answer(1060.2, DEGRADED, sent=1060.0)
    second = Answer(1063.2, DEGRADED, sent=1063.0)
    assert _said([first, second], fired_at=1063.1) == []


@pytest.mark.parametrize("fired_at", [1060.1, 1062.9])
def test_what_fires_after_one_value_is_found(fired_at: float) -> None:
    first = Answer(1060.2, DEGRADED, sent=1060.0)
    second = Answer(1063.2, DEGRADED, sent=1063.0)
    assert len(_said([first, second], fired_at=fired_at)) == 1
