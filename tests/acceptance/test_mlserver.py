"""From a real model server that dies to an incident with clocks, and back: nothing in between is made up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.clock import now
from incidents import selectors as incidents
from incidents.models import Incident
from monitoring import selectors as monitoring
from monitoring.checks import services
from monitoring.models import Check
from slas import selectors as slas
from tests.acceptance.processes import ModelServer
from tests.cast import AgencyFixture, Cast
from tests.processes import workers
from tests.receivers import free_port
from tests.rows import signed_retainer

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(420)]

ASKED_BEFORE, ASKED_AFTER = 5, 3
RHYTHM: dict[str, Any] = {"interval_seconds": 5, "timeout_ms": 4000, "bad_count": 2, "good_count": 2}
READ = [
    {"name": "successes", "path": 'model_infer_request_success_total{model="iris"}', "unit": ""},
    {"name": "requests", "path": "rest_server_requests_total", "unit": ""},
]


class Story:
    """Says each step with the time since the beginning, and waits for the next."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        print()

    def tell(self, words: str) -> None:
        """Prints one step."""
        print(f"{time.monotonic() - self._began:7.1f} s  {words}", flush=True)

    def wait(self, what: str, holds: Callable[[], bool], *, seconds: float = 90.0) -> None:
        """Waits until something holds and fails when it does not in time."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
            time.sleep(0.2)
        self.tell(what)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ModelServer]:
    """A model server that is not started yet, and that is gone afterwards."""
    directory = tmp_path / "model"
    directory.mkdir()
    server = ModelServer(directory, http=free_port(), grpc=free_port(), metrics=free_port())
    yield server
    server.kill()


def test_a_model_server_that_is_killed_opens_one_incident_and_its_return_is_on_the_record(
    committed_cast: Cast, server: ModelServer, tmp_path: Path
) -> None:
    house, story = committed_cast.north, Story()
    server.train()
    story.tell("a scikit-learn model is trained")
    server.start()
    story.wait("MLServer serves it", server.is_ready)
    health, metrics = _watch(house, server)
    story.tell("the agency has a retainer on the system, and two checks of it, every 5 s")
    with workers(tmp_path) as log:
        try:
            _is_well(house, server, story, health, metrics)
            incident = _goes_down(house, server, story, health, metrics)
            _comes_back(house, server, story, metrics, incident)
        except AssertionError:
            print(log.read_text()[-4000:])
            raise
    story.tell("done")


def _watch(house: AgencyFixture, server: ModelServer) -> tuple[Check, Check]:
    for port in (server.http, server.metrics):
        house.allow("127.0.0.1", port)
    with house.scope():
        signed_retainer(house)
        health = services.create_check(
            system_id=house.system.id,
            name="Ready to answer",
            kind="http",
            url=f"http://127.0.0.1:{server.http}/v2/health/ready",
            **RHYTHM,
        )
        metrics = services.create_check(
            system_id=house.system.id,
            name="Its own figures",
            kind="prometheus",
            url=f"http://127.0.0.1:{server.metrics}/metrics",
            metrics=READ,
            **RHYTHM,
        )
    return health, metrics


def _is_well(house: AgencyFixture, server: ModelServer, story: Story, health: Check, metrics: Check) -> None:
    answers = [server.infer() for _ in range(ASKED_BEFORE)]
    assert answers == [[0]] * ASKED_BEFORE
    story.tell(f"the model has answered {ASKED_BEFORE} requests")
    story.wait("Open Inference health and Prometheus metrics are both healthy", lambda: _state(house) == "healthy")
    story.wait(
        f"the counter of successful inferences reads {ASKED_BEFORE}, and is stored",
        lambda: ASKED_BEFORE in _stored(house, metrics, "successes"),
    )
    # Questions about its readiness may be counted among the requests over HTTP.
    assert max(_stored(house, metrics, "requests")) >= ASKED_BEFORE
    latencies = _stored(house, health, "latency")
    assert latencies
    assert all(0 < latency < RHYTHM["timeout_ms"] / 1000 for latency in latencies)
    with house.scope():
        assert not monitoring.alerts().exists()


def _goes_down(house: AgencyFixture, server: ModelServer, story: Story, health: Check, metrics: Check) -> Incident:
    killed = now()
    server.kill()
    story.tell("MLServer is killed")
    story.wait("both checks have an alert", lambda: _firing(house) == {health.id, metrics.id})
    with house.scope():
        rows = list(monitoring.alerts(open_only=True))
        incident = incidents.open_incidents().get()
        clocks = slas.clocks_of("incident", incident.id)
    for row in rows:
        story.tell(f"  alert {row.number} after {_seconds(killed, row.fired_at)}: {row.title}")
        assert row.began_at > killed - timedelta(seconds=5)
        assert row.evidence["fired"]["bad_in_a_row"] == 2
    story.tell(f"  {incident.reference}, {incident.severity}, after {_seconds(killed, incident.opened_at)}")
    assert {row.incident_id for row in rows} == {incident.id}
    assert (incident.source, incident.severity) == ("alert", "critical")
    assert {one.metric for one in clocks} >= {"triage", "first_response", "resolution"}
    for one in clocks:
        assert one.state == "running"
        assert one.due_at is not None
        story.tell(f"  its clock “{slas.metric_label(one.metric)}” runs, {_left(one.due_at)} are left")
    response = next(one for one in clocks if one.metric == "first_response")
    # Clocks count whole seconds.
    assert response.due_at == incident.opened_at.replace(microsecond=0) + timedelta(minutes=30)
    story.wait("the system is down", lambda: _state(house) == "down")
    with house.scope():
        # An answer that never came leaves a gap, and no old value fills it.
        assert not monitoring.samples(metrics.id).filter(slot__gt=killed).exists()
    return incident


def _comes_back(house: AgencyFixture, server: ModelServer, story: Story, metrics: Check, incident: Incident) -> None:
    server.start()
    story.wait("MLServer serves again", server.is_ready)
    back = now()
    for _ in range(ASKED_AFTER):
        server.infer()
    story.tell(f"the model has answered {ASKED_AFTER} requests")
    story.wait("both alerts have recovered", lambda: not _firing(house))
    with house.scope():
        rows = list(monitoring.alerts(incident_id=incident.id))
        entries = list(incidents.entries(incident.id).filter(kind="alert_recovered"))
        after = incidents.incident(incident.id)
        clocks = slas.clocks_of("incident", incident.id)
        assert incidents.incidents().count() == 1
    assert {row.evidence["recovered"]["good_in_a_row"] for row in rows} == {2}
    assert {entry.data["alert"] for entry in entries} == {row.number for row in rows}
    for entry in entries:
        story.tell(f"  on {incident.reference} after {_seconds(back, entry.at)}: {entry.body}")
    # A machine says that it is well again; that the matter is settled, only a person says.
    assert after.state == "new"
    assert {one.state for one in clocks} == {"running"}
    story.wait("the system is healthy", lambda: _state(house) == "healthy")
    story.wait(
        f"the counter, which began anew with the server, reads {ASKED_AFTER}",
        lambda: ASKED_AFTER in _stored(house, metrics, "successes"),
    )


def _state(house: AgencyFixture) -> str:
    with house.scope():
        states = {row.health for row in monitoring.checks(house.system.id)}
        whole = monitoring.system_health([house.system.id])[house.system.id].state
    return str(whole) if states == {whole} else "mixed"


def _stored(house: AgencyFixture, check: Check, metric: str) -> list[float]:
    with house.scope():
        return list(monitoring.samples(check.id).filter(metric=metric).values_list("value", flat=True))


def _firing(house: AgencyFixture) -> set[Any]:
    with house.scope():
        return set(monitoring.alerts(open_only=True).values_list("source_check_id", flat=True))


def _seconds(since: datetime, at: datetime) -> str:
    return f"{(at - since).total_seconds():.1f} s"


def _left(due: datetime) -> str:
    return f"{(due - now()).total_seconds() / 60:.1f} min"
