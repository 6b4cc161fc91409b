"""What machines ask about us: alive, ready, and whether each loop of the pipeline still comes round."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core import clock
from core.heartbeat import beat
from retainer.health import MOST_AGE
from tests.slas.scenario import utc

NOON = utc("2026-06-01 12:00")


def pipeline(seconds: float = 0) -> tuple[int, Any]:
    with clock.at(NOON + timedelta(seconds=seconds)):
        answer = Client().get("/healthz/pipeline")
    return answer.status_code, json.loads(answer.content)


def everything_beats(*, but: str = "") -> None:
    with clock.at(NOON):
        for name in MOST_AGE:
            if name != but:
                beat(name)


@pytest.mark.django_db
def test_the_pipeline_is_well_while_every_loop_comes_round() -> None:
    everything_beats()
    status, said = pipeline(20)
    assert (status, said["healthy"]) == (200, True)
    assert set(said["loops"]) == set(MOST_AGE)


@pytest.mark.django_db
@pytest.mark.parametrize("name", MOST_AGE)
def test_one_loop_that_was_never_seen_is_enough_to_be_unwell(name: str) -> None:
    everything_beats(but=name)
    status, said = pipeline()
    assert status == 503
    assert said["loops"][name] == {
        "age_seconds": None,
        "most_seconds": MOST_AGE[name].total_seconds(),
        "healthy": False,
    }
    assert [one for one, loop in said["loops"].items() if not loop["healthy"]] == [name]


@pytest.mark.django_db
@pytest.mark.parametrize("name", MOST_AGE)
def test_each_loop_may_be_as_old_as_it_says_and_no_older(name: str) -> None:
    everything_beats()
    most = MOST_AGE[name].total_seconds()
    assert pipeline(most)[1]["loops"][name]["healthy"] is True
    assert pipeline(most + 0.1)[1]["loops"][name]["healthy"] is False


@pytest.mark.django_db
def test_it_lives_and_is_ready() -> None:
    assert Client().get("/livez").content == b"ok\n"
    ready = Client().get("/readyz")
    assert (ready.status_code, json.loads(ready.content)) == (200, {"database": "ok", "missing_migrations": 0})


@pytest.mark.django_db
def test_figures_are_for_those_who_know_the_token(settings: Any) -> None:
    everything_beats()
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "a-token-of-the-operator"
    assert Client().get("/metrics").status_code == 401
    assert Client(headers={"Authorization": "Bearer another"}).get("/metrics").status_code == 401
    given = Client(headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"}).get("/metrics")
    assert given.status_code == 200
    assert 'retainer_loop_age_seconds{loop="canary"}' in given.content.decode()
