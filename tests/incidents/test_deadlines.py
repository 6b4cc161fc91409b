"""What time alone does to an incident: a warning and a miss in its timeline, once each."""

from __future__ import annotations

from core import clock
from core.events import Event
from core.models import OutboxEvent
from core.outbox import relay_due
from incidents.handlers import HANDLERS, note_deadline
from slas import services as sla_services
from tests.cast import Cast, random_id
from tests.incidents.scenario import IncidentScenario, utc


def pass_time(moment: str) -> None:
    """The sweep judges what is due at that moment, and the news of it are dealt with."""
    with clock.at(utc(moment)):
        sla_services.sweep_due()
        relay_due()


def deadlines(ward: IncidentScenario, incident_id: object) -> list[str]:
    return [kind for kind in ward.timeline(incident_id) if kind.startswith("clock_")]  # type: ignore[arg-type]


def test_a_miss_is_written_into_the_timeline_at_the_moment_of_the_deadline(ward: IncidentScenario) -> None:
    """Not at the moment somebody noticed, and not for the client's eyes."""
    incident_id = ward.open()
    ward.do("post_update", incident_id, body="We are looking into it.")
    before = ward.row(incident_id).version
    pass_time("2026-06-01 09:07")
    entry = ward.entry(incident_id, "clock_breached")
    assert entry.at == utc("2026-06-01 09:00")
    assert entry.data == {"metric": "triage", "due_at": "2026-06-01T09:00:00Z"}
    assert (entry.client_visible, entry.actor_kind) == (False, "system")
    assert ward.row(incident_id).version == before + 1


def test_a_warning_comes_before_the_miss(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("post_update", incident_id, body="We are looking into it.")
    pass_time("2026-06-01 08:46")
    assert deadlines(ward, incident_id) == ["clock_warned"]
    pass_time("2026-06-01 09:01")
    assert deadlines(ward, incident_id) == ["clock_warned", "clock_breached"]


def test_s34_the_same_news_twice_is_one_line(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    pass_time("2026-06-01 09:07")
    lines = len(deadlines(ward, incident_id))
    assert lines == 2, "triage and first response"
    with ward.house.scope():
        OutboxEvent.objects.filter(name="slas.clock.breached").update(
            done_at=None, lease_id=None, next_due_at=utc("2026-06-01 09:08")
        )
    pass_time("2026-06-01 09:08")
    assert len(deadlines(ward, incident_id)) == lines


def test_what_was_done_in_time_warns_nobody(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("resolve", incident_id, "2026-06-01 08:10")
    pass_time("2026-06-05 08:00")
    assert deadlines(ward, incident_id) == []


def test_the_deadline_of_something_else_is_not_ours(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    before = ward.everything(incident_id)
    payload = {"subject_type": "request", "subject_id": str(incident_id), "metric": "triage", "due_at": ""}
    with ward.house.scope():
        note_deadline(
            Event(random_id(), "slas.clock.breached", ward.house.agency.id, None, payload, utc("2026-06-01 09:00"))
        )
    assert ward.everything(incident_id) == before


def test_each_agency_gets_its_own_deadlines(ward: IncidentScenario, cast: Cast) -> None:
    south = IncidentScenario(cast.south)
    here, there = ward.open(), south.open()
    pass_time("2026-06-01 09:07")
    assert len(deadlines(ward, here)) == len(deadlines(south, there)) == 2


def test_every_name_of_the_clocks_is_listened_to() -> None:
    assert set(HANDLERS) == {"slas.clock.warned", "slas.clock.breached", "slas.clock.escalated"}
