"""The sample AI system gets worse by schedule and by word, and its numbers say so."""

from __future__ import annotations

import json
import random
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from retainer.local.demo import direct
from retainer.local.sample import Assistant, SampleServer


class Clock:
    """Seconds that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def assistant(clock: Clock) -> Assistant:
    return Assistant(clock=clock, chance=random.Random(7))


@pytest.fixture
def server(assistant: Assistant) -> Iterator[str]:
    running = SampleServer(0, assistant)
    thread = threading.Thread(target=running.serve_forever, args=[0.02])
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    running.server_close()
    thread.join()


def _get(url: str) -> bytes:
    with direct().open(url, timeout=10) as answer:
        content: bytes = answer.read()
    return content


def _post(url: str, **headers: str) -> Any:
    with direct().open(urllib.request.Request(url, data=b"", method="POST", headers=headers), timeout=10) as answer:
        return json.load(answer)


@pytest.mark.parametrize(
    ("minutes", "worse"),
    [
        (0, False),
        (1.99, False),
        (2, True),
        (7.99, True),
        (8, False),
        (19.9, False),
        (22, True),
        (28, False),
        (42.5, True),
    ],
)
def test_it_gets_worse_two_minutes_into_each_twenty_and_recovers_six_later(
    assistant: Assistant, clock: Clock, minutes: float, worse: bool
) -> None:
    clock.now += minutes * 60
    assert assistant.is_worse() is worse


def test_auto_resolution_falls_from_87_to_71_percent_and_latency_doubles(assistant: Assistant, clock: Clock) -> None:
    well = [assistant.health() for _ in range(200)]
    clock.now += 180
    worse = [assistant.health() for _ in range(200)]
    assert _mean(well, "auto_resolution_rate") == pytest.approx(0.87, abs=0.005)
    assert _mean(worse, "auto_resolution_rate") == pytest.approx(0.71, abs=0.005)
    assert _mean(worse, "p95_latency_ms") / _mean(well, "p95_latency_ms") == pytest.approx(2, abs=0.05)
    # Noise never makes the one look like the other.
    assert min(float(str(seen["auto_resolution_rate"])) for seen in well) > 0.84
    assert max(float(str(seen["auto_resolution_rate"])) for seen in worse) < 0.74


def test_its_own_status_stays_ok_while_its_answers_get_worse(assistant: Assistant, clock: Clock) -> None:
    clock.now += 180
    assert assistant.health()["status"] == "ok"


def test_a_word_holds_until_the_other_word(assistant: Assistant, clock: Clock) -> None:
    assistant.hold(worse=True)
    assert assistant.is_worse()
    clock.now += 15 * 60
    assert assistant.is_worse()
    assistant.hold(worse=False)
    assert not assistant.is_worse()


def test_a_word_ends_with_the_cycle_and_the_schedule_goes_on(assistant: Assistant, clock: Clock) -> None:
    clock.now += 60
    assistant.hold(worse=False)
    clock.now += 2 * 60
    assert not assistant.is_worse()
    clock.now += 20 * 60
    assert assistant.is_worse()


def test_the_requests_it_takes_are_really_slower_when_it_is_worse(assistant: Assistant, clock: Clock) -> None:
    well = sorted(assistant.latency() for _ in range(1000))
    assistant.hold(worse=True)
    worse = sorted(assistant.latency() for _ in range(1000))
    assert well[950] == pytest.approx(0.42, rel=0.15)
    assert worse[950] == pytest.approx(0.84, rel=0.15)


def test_cases_are_counted_by_the_clock_and_none_is_lost(assistant: Assistant, clock: Clock) -> None:
    for _ in range(3600):
        clock.now += 1
        assistant.health()
    assert sum(assistant.cases.values()) == pytest.approx(252, abs=1)


def test_health_answers_json_over_http(server: str) -> None:
    seen = json.loads(_get(f"{server}/health"))
    assert {"status", "auto_resolution_rate", "p95_latency_ms", "error_rate", "cases"} <= set(seen)


def test_metrics_are_prometheus_text_that_its_own_parser_reads(server: str) -> None:
    _get(f"{server}/health")
    families = {family.name: family for family in text_string_to_metric_families(_get(f"{server}/metrics").decode())}
    assert families["assistant_auto_resolution_ratio"].samples[0].value == pytest.approx(0.87, abs=0.03)
    assert families["assistant_cases"].type == "counter"
    durations = {sample.name: sample.value for sample in families["assistant_request_duration_seconds"].samples}
    assert durations["assistant_request_duration_seconds_count"] == 1
    assert durations["assistant_request_duration_seconds_sum"] > 0


def test_degrade_and_recover_work_over_http(server: str, assistant: Assistant) -> None:
    assert _post(f"{server}/degrade") == {"state": "degraded"}
    assert assistant.is_worse()
    assert _post(f"{server}/recover") == {"state": "well"}
    assert not assistant.is_worse()


def test_a_web_page_cannot_degrade_it(server: str, assistant: Assistant) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        _post(f"{server}/degrade", Origin="http://elsewhere.example")
    assert refusal.value.code == 403
    refusal.value.close()
    assert not assistant.is_worse()


def _mean(seen: list[dict[str, object]], name: str) -> float:
    return sum(float(str(one[name])) for one in seen) / len(seen)
