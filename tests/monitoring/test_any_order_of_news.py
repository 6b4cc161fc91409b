"""Whatever happens, told in any order and with tellers that die anywhere: once all is told, what is ill has an alert.

A state machine beside a model that is one flag a subject. Values are sent, so that nothing here waits for a network.
"""

from __future__ import annotations

import contextlib
import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from clients import services as client_services
from core import clock, outbox
from core.errors import DomainError
from core.models import OutboxEvent
from incidents import services as incident_services
from incidents.models import Incident
from monitoring.alerts.reconciling import Differences, reconcile
from monitoring.alerts.unsolved import take_up_unsolved
from monitoring.checks import services
from monitoring.models import Alert, Check, Threshold
from monitoring.polling import pushed
from tests.cast import AgencyFixture, build_house
from tests.monitoring.scenario import START

SUBJECTS = st.integers(0, 1)
# The news that monitoring acts on.
TOLD_TO_US = (
    "monitoring.check.transitioned",
    "incidents.incident.merged",
    "clients.system.paused",
    "clients.system.resumed",
)
DEATHS = ("after the claim", "inside the handler", "before it is noted", "none", "none")


class Killed(BaseException):
    """Stands for SIGKILL: no handler of exceptions sees it."""


class AnyOrder(RuleBasedStateMachine):
    """Two systems of one client, each with a check that waits for values, and an agreed limit on them."""

    house: AgencyFixture

    def __init__(self) -> None:
        super().__init__()
        self.moment = START
        self.wall = transaction.atomic()
        self.wall.__enter__()
        self.systems: list[uuid.UUID] = []
        self.checks: list[uuid.UUID] = []
        self.ill = [False, False]
        self.down = [False, False]
        self.enabled, self.paused = [True, True], [False, False]
        self.fired: Counter[str] = Counter()

    @initialize()
    def begin(self) -> None:
        with self.at():
            system = self.house.system
            other = client_services.create_system(client_id=system.client_id, name="Second", criticality="high")
            self.systems = [system.id, other.id]
            for system_id in self.systems:
                at_once: dict[str, Any] = {"bad_count": 1, "good_count": 1}
                check = services.create_check(
                    system_id=system_id, name="Values", kind="push", metrics=[{"name": "rate"}], **at_once
                )
                services.set_threshold(check_id=check.id, metric="rate", comparison="below", limit=0.5, **at_once)
                self.checks.append(check.id)
        self.tell_all()

    def at(self) -> Any:
        self.moment += timedelta(seconds=1)
        return _both(clock.at(self.moment), self.house.scope())

    def _send(self, place: int, **what: Any) -> bool:
        """Whether it was judged."""
        if not self.enabled[place]:
            return False
        with self.at():
            pushed.push(check_id=self.checks[place], **what)
        return not self.paused[place]

    @rule(place=SUBJECTS, bad=st.booleans())
    def send_a_value(self, place: int, bad: bool) -> None:
        if self._send(place, samples=[pushed.Pushed("rate", 0.1 if bad else 0.9)]):
            self._becomes(place, "ill", bad)
            self._becomes(place, "down", False)

    @rule(place=SUBJECTS)
    def report_a_failure(self, place: int) -> None:
        if self._send(place, error="out of order"):
            self._becomes(place, "down", True)

    def _becomes(self, place: int, what: str, bad: bool) -> None:
        states: list[bool] = getattr(self, what)
        self.fired[f"{what} {place}"] += bad and not states[place]
        states[place] = bad

    @rule(place=SUBJECTS)
    def switch(self, place: int) -> None:
        with self.at():
            act = services.disable_check if self.enabled[place] else services.enable_check
            act(check_id=self.checks[place])
        self.enabled[place] = not self.enabled[place]
        self.ill[place] = self.down[place] = False

    @rule(place=SUBJECTS)
    def pause_or_resume(self, place: int) -> None:
        with self.at():
            act = client_services.resume_system if self.paused[place] else client_services.pause_system
            act(system_id=self.systems[place])
        self.paused[place] = not self.paused[place]

    @rule(choice=st.integers(0, 5), act=st.sampled_from(["resolve", "reopen", "merge", "acknowledge"]))
    def work_on_an_incident(self, choice: int, act: str) -> None:
        with self.at():
            rows = list(Incident.objects.order_by("number"))
            if not rows:
                return
            row = rows[choice % len(rows)]
            try:
                if act == "merge":
                    incident_services.merge(incident_id=row.id, into_id=rows[0].id)
                elif act == "reopen":
                    incident_services.reopen(incident_id=row.id, reason="not over")
                else:
                    getattr(incident_services, act)(incident_id=row.id)
            except DomainError:
                return

    @precondition(lambda self: self.waiting(*TOLD_TO_US))
    @rule(choice=st.integers(0, 5), death=st.sampled_from(DEATHS))
    def tell_one(self, choice: int, death: str) -> None:
        """Any that waits, the newest most likely, by somebody who may die on the way; then leases end."""
        waiting = self.waiting(*TOLD_TO_US)
        event_id = waiting[-1 - choice % len(waiting)]
        with clock.at(self.moment):
            if death == "none":
                outbox.deal_with([event_id])
                return
            for event in outbox._claim(1, {event_id}):
                self._die(event, death)
        self.moment += outbox.LEASE

    def _die(self, event: OutboxEvent, death: str) -> None:
        if death == "inside the handler":
            with contextlib.suppress(Killed), transaction.atomic():
                self._run_handlers(event)
                raise Killed
        if death == "before it is noted":
            self._run_handlers(event)

    def _run_handlers(self, event: OutboxEvent) -> None:
        for handler in outbox._in_turn(event):
            outbox._run_once(handler, event)

    def waiting(self, *prefixes: str) -> list[uuid.UUID]:
        with clock.at(self.moment), self.house.scope():
            rows = OutboxEvent.objects.filter(done_at=None).order_by("id").values_list("id", "name")
            return [event_id for event_id, name in rows if not prefixes or name in prefixes]

    def tell_all(self) -> None:
        for _round in range(20):
            with clock.at(self.moment):
                outbox.relay_round()
            if not self.waiting():
                return
            self.moment += timedelta(minutes=2)
        raise AssertionError("something is never told")

    def teardown(self) -> None:
        try:
            if self.checks:
                self._judge()
        finally:
            transaction.set_rollback(True)
            self.wall.__exit__(None, None, None)

    def _judge(self) -> None:
        self.tell_all()
        with clock.at(self.moment):
            assert reconcile() == Differences(0, 0, 0)
            take_up_unsolved()
        self.tell_all()
        with self.at():
            for place, check_id in enumerate(self.checks):
                limit_id = Threshold.objects.get(source_check_id=check_id).id
                for what, key in (("down", f"check:{check_id}"), ("ill", f"threshold:{limit_id}")):
                    alerts = list(Alert.objects.filter(fingerprint=key).select_related("incident"))
                    assert len(alerts) == self.fired[f"{what} {place}"]
                    assert [row.recovered_at is None for row in alerts].count(True) == getattr(self, what)[place]
                    assert all(row.recovered_at is None or row.recovered_at >= row.fired_at for row in alerts)
                    for row in alerts:
                        self._has_an_incident(row, place)
                due = Check.objects.get(id=check_id).next_due_at
                assert (due is not None) == (self.enabled[place] and not self.paused[place])

    def _has_an_incident(self, alert: Alert, place: int) -> None:
        """What is ill, watched and not paused has somebody who works on it."""
        if alert.recovered_at is None and not self.paused[place]:
            assert alert.incident is not None
            assert alert.incident.state in ("new", "acknowledged", "mitigated")


class _both:
    """Two context managers as one."""

    def __init__(self, *inner: Any) -> None:
        self.inner = inner

    def __enter__(self) -> None:
        for one in self.inner:
            one.__enter__()

    def __exit__(self, *error: Any) -> None:
        for one in reversed(self.inner):
            one.__exit__(*error)


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_what_is_ill_has_an_alert_once_all_is_told_whatever_happened() -> None:
    class Machine(AnyOrder):
        house = build_house("north")

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
