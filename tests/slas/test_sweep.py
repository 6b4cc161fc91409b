"""Time alone warns and misses: once each, in order, for every agency, whatever else is broken."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from kombu.exceptions import OperationalError

from core import clock
from core.models import AuditEvent, Heartbeat, OutboxEvent
from core.tenancy import sweeper_scope
from slas import selectors, services
from slas.clocks import sweep as sweeping
from slas.models import Clock, ClockEvent, ClockNotice
from slas.tasks import sweep_clocks
from tests.cast import Cast
from tests.slas.scenario import ALWAYS, HOUR, SlaScenario, sweep, utc

LONG = {"resolution": 4 * HOUR}


def test_s34_a_miss_is_announced_once_however_often_the_sweep_comes_by(cast: Cast) -> None:
    desk = SlaScenario(cast.north, LONG, ALWAYS)
    subject = desk.start("2026-06-01 08:00")
    for minute in range(100):
        with clock.at(utc("2026-06-01 12:01") + timedelta(minutes=minute)):
            services.sweep_due()
    assert desk.told(subject) == ["breach"]
    assert desk.events(subject) == ["start", "breach"]
    assert desk.audited("slas.clock.breached") == 1
    with cast.north.scope():
        assert ClockNotice.objects.filter(threshold="breach").count() == 1


def test_a_warning_comes_before_the_deadline_and_the_miss_after_it(cast: Cast) -> None:
    """V13's terms: at 75 per cent of the open time, then in the second after the deadline."""
    desk = SlaScenario(cast.north, LONG, ALWAYS)
    subject = desk.start("2026-06-01 08:00")
    assert sweep("2026-06-01 10:59").judged == 0
    assert sweep("2026-06-01 11:00").warned == 1
    assert desk.clock(subject).state == "at_risk"
    assert sweep("2026-06-01 12:00").breached == 0, "work done in the very second of the deadline is in time"
    assert sweep("2026-06-01 12:00:01").breached == 1
    assert desk.told(subject) == ["percent:75", "breach"]
    assert desk.clock(subject).breached_at == utc("2026-06-01 12:00")


def test_after_an_outage_only_the_last_of_the_missed_steps_is_told(cast: Cast) -> None:
    desk = SlaScenario(cast.north, LONG, ALWAYS)
    subject = desk.start("2026-06-01 08:00")
    result = sweep("2026-06-02 08:00")
    assert (result.warned, result.breached) == (0, 1)
    assert desk.told(subject) == ["breach"]
    assert desk.noted(subject) == {"percent:75", "breach"}
    with cast.north.scope():
        breach = ClockNotice.objects.get(threshold="breach")
    assert (breach.due_at, breach.raised_at) == (utc("2026-06-01 12:00"), utc("2026-06-02 08:00"))


def test_the_news_names_the_promise_and_its_deadline(cast: Cast) -> None:
    desk = SlaScenario(cast.north, LONG, ALWAYS)
    subject = desk.start("2026-06-01 08:00")
    sweep("2026-06-01 11:00")
    with cast.north.scope():
        news = OutboxEvent.objects.get(name="slas.clock.warned")
    row = desk.clock(subject)
    assert news.dedup_key == f"clock:{row.id}:percent:75"
    assert news.client_id == cast.north.client.id
    assert news.payload == {
        "id": str(row.id),
        "clock_id": str(row.id),
        "subject_type": "incident",
        "subject_id": str(subject),
        "client_id": str(cast.north.client.id),
        "metric": "resolution",
        "severity": "high",
        "threshold": "percent:75",
        "due_at": "2026-06-01T12:00:00Z",
    }


def test_a_promise_that_was_kept_warns_nobody_later(cast: Cast) -> None:
    desk = SlaScenario(cast.north, LONG, ALWAYS)
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "satisfy", "2026-06-01 11:30")
    sweep("2026-06-01 20:00")
    assert desk.told(subject) == []
    assert desk.noted(subject) == set()


def test_a_paused_clock_is_not_due(cast: Cast) -> None:
    desk = SlaScenario(cast.north, LONG, ALWAYS)
    subject = desk.start("2026-06-01 08:00")
    desk.record(subject, "pause", "2026-06-01 09:00", party="client")
    assert sweep("2026-06-09 08:00").judged == 0
    assert desk.told(subject) == []


def test_an_idle_pass_is_one_query_that_reads_an_index(cast: Cast) -> None:
    """Beside what enters and leaves the scope one statement looks, and its plan knows the index of due clocks."""
    desk = SlaScenario(cast.north, LONG, ALWAYS)
    desk.start("2026-06-01 08:00")
    with CaptureQueriesContext(connection) as seen:
        assert sweep("2026-06-01 08:01") == services.SweepResult()
    looked = [query["sql"] for query in seen if "slas_" in query["sql"]]
    assert len(looked) == 1
    assert "SKIP LOCKED" in looked[0]
    with sweeper_scope(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {looked[0]}")
        assert "slas_clock_due" in str(cursor.fetchall())


def test_two_agencies_in_one_batch_stay_separate(cast: Cast) -> None:
    north, south = SlaScenario(cast.north, LONG, ALWAYS), SlaScenario(cast.south, LONG, ALWAYS)
    here, there = north.start("2026-06-01 08:00"), south.start("2026-06-01 08:00")
    assert sweep("2026-06-01 13:00").breached == 2
    assert (north.told(here), north.told(there)) == (["breach"], [])
    assert (south.told(there), south.told(here)) == (["breach"], [])
    with cast.north.scope():
        rows: list[Any] = [
            *ClockNotice.objects.all(),
            *ClockEvent.objects.all(),
            *AuditEvent.objects.filter(object_type="clock"),
        ]
        assert {(row.agency_id, row.client_id) for row in rows} == {(cast.north.agency.id, cast.north.client.id)}


def test_m41_x35_a_row_that_cannot_be_judged_rests_alone(cast: Cast) -> None:
    """The others of its batch are judged in the same pass, and it is back, with what was wrong, after its rest."""
    desk = SlaScenario(cast.north, LONG, ALWAYS)
    subjects = [desk.start("2026-06-01 08:00") for _number in range(3)]
    good_terms = desk.clock(subjects[1]).terms
    with cast.north.scope():
        Clock.objects.filter(subject_id=subjects[1]).update(terms={"calendar": {"zone": "Mars/Olympus"}})
    result = sweep("2026-06-01 13:00")
    assert (result.judged, result.breached, result.failed) == (2, 2, 1)
    assert [desk.told(subject) for subject in subjects] == [["breach"], [], ["breach"]]
    bad = desk.clock(subjects[1])
    assert (bad.failures, bad.next_fire_at) == (1, utc("2026-06-01 13:01"))
    assert "Mars/Olympus" in bad.last_error
    assert sweep("2026-06-01 13:00:30").failed == 0
    for failures, moment, following in ((2, "13:01", "13:03"), (3, "13:03", "13:07")):
        assert sweep(f"2026-06-01 {moment}").failed == 1
        bad = desk.clock(subjects[1])
        assert (bad.failures, bad.next_fire_at) == (failures, utc(f"2026-06-01 {following}"))
    with cast.north.scope():
        Clock.objects.filter(subject_id=subjects[1]).update(terms=good_terms)
    assert sweep("2026-06-01 13:07").breached == 1
    well = desk.clock(subjects[1])
    assert (well.failures, well.last_error, well.breached_at) == (0, "", utc("2026-06-01 12:00"))


def test_a_row_that_stays_bad_rests_for_an_hour_at_most(cast: Cast) -> None:
    desk = SlaScenario(cast.north, LONG, ALWAYS)
    subject = desk.start("2026-06-01 08:00")
    with cast.north.scope():
        Clock.objects.filter(subject_id=subject).update(terms={}, failures=5000)
    sweep("2026-06-01 13:00")
    assert desk.clock(subject).next_fire_at == utc("2026-06-01 14:00")


def test_the_auditor_counts_what_the_sweep_forgot(cast: Cast) -> None:
    desk = SlaScenario(cast.north, LONG, ALWAYS)
    desk.start("2026-06-01 08:00")
    waiting = desk.start("2026-06-01 08:00")
    desk.record(waiting, "pause", "2026-06-01 08:10", party="client")
    with clock.at(utc("2026-06-01 13:00")):
        with sweeper_scope():
            assert selectors.forgotten_clocks() == 1, "the paused one is not late"
        services.sweep_due()
        with sweeper_scope():
            assert selectors.forgotten_clocks() == 0


@pytest.mark.django_db(transaction=True)
def test_m18_x29_four_sweepers_at_once_announce_each_miss_once(committed_cast: Cast) -> None:
    desks = [SlaScenario(house, LONG, ALWAYS) for house in (committed_cast.north, committed_cast.south)]
    subjects = [(desk, desk.start("2026-06-01 08:00")) for desk in desks for _number in range(20)]
    together = threading.Barrier(4)
    judged: list[int] = []

    def work() -> None:
        try:
            together.wait()
            with clock.at(utc("2026-06-01 13:00")):
                while result := services.sweep_due(limit=7).judged:
                    judged.append(result)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sweep("2026-06-01 13:00")
    assert sum(judged) == len(subjects)
    for desk, subject in subjects:
        assert desk.told(subject) == ["breach"]
        assert desk.events(subject) == ["start", "breach"]
    assert [desk.audited("slas.clock.breached") for desk in desks] == [20, 20]


@pytest.mark.django_db(transaction=True)
def test_a_finish_and_a_sweep_at_once_agree_on_one_breach(committed_cast: Cast) -> None:
    desk = SlaScenario(committed_cast.north, LONG, ALWAYS)
    subjects = [desk.start("2026-06-01 08:00") for _number in range(15)]
    together = threading.Barrier(2)

    def run(work: str) -> None:
        try:
            together.wait()
            for subject in subjects:
                if work == "finish":
                    desk.record(subject, "satisfy", "2026-06-01 13:00")
                else:
                    with clock.at(utc("2026-06-01 13:00")):
                        services.sweep_due(limit=1)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in ("finish", "sweep")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for subject in subjects:
        assert desk.told(subject) == ["breach"]
        assert sorted(desk.events(subject)) == ["breach", "satisfy", "start"]
        assert desk.clock(subject).satisfied_at == utc("2026-06-01 13:00")


@pytest.mark.django_db(transaction=True)
def test_the_tick_empties_the_queue_and_says_that_it_lives(committed_cast: Cast) -> None:
    desk = SlaScenario(committed_cast.north, LONG, ALWAYS)
    subject = desk.start("2026-06-01 08:00")
    with clock.at(utc("2026-06-01 13:00")):
        sweep_clocks()
    assert desk.told(subject) == ["breach"]
    heartbeat = Heartbeat.objects.get(name="sweep")
    assert heartbeat.at == utc("2026-06-01 13:00")
    assert heartbeat.detail == {"judged": 1, "breached": 1, "failed": 0}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broker", ["there", "gone"])
def test_a_full_batch_calls_one_more_worker_and_goes_on(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch, broker: str
) -> None:
    desk = SlaScenario(committed_cast.north, LONG, ALWAYS)
    subjects = [desk.start("2026-06-01 08:00") for _number in range(3)]
    called: list[dict[str, Any]] = []

    def call(**options: Any) -> None:
        called.append(options)
        if broker == "gone":
            raise OperationalError

    monkeypatch.setattr(sweeping, "BATCH", 1)
    monkeypatch.setattr(sweeping, "sweep_due", partial(sweeping.sweep_due, limit=1))
    monkeypatch.setattr(sweep_clocks, "apply_async", call)
    with clock.at(utc("2026-06-01 13:00")):
        sweep_clocks()
    assert [desk.told(subject) for subject in subjects] == [["breach"]] * 3
    assert len(called) == 1
    assert called[0]["expires"] > 0, "nobody needs to come when the pass is over"
