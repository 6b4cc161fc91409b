"""Each write leaves a line in the timeline, a row in the audit trail and news for others: all of them, or none."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Conflict
from core.models import AuditEvent, OutboxEvent
from incidents.models import Incident, IncidentEntry
from tests.incidents.scenario import MORNING, IncidentScenario, utc

# The service, its words, the kind of its entry, the name of its news, and whether the client reads the entry.
WRITES: list[tuple[str, dict[str, Any], str, str, bool]] = [
    ("confirm", {}, "confirmed", "confirmed", False),
    ("call_false_alarm", {"reason": "A test"}, "false_alarm", "false_alarm", False),
    ("acknowledge", {}, "acknowledged", "acknowledged", True),
    ("pause", {"party": "vendor", "reason": "The log"}, "paused", "paused", True),
    ("post_note", {"body": "The prompt was cut."}, "note", "noted", False),
    ("post_update", {"body": "We found it."}, "update", "updated", True),
    ("mitigate", {}, "mitigated", "mitigated", True),
    ("resolve", {"body": "It works."}, "resolved", "resolved", True),
    ("change_severity", {"severity": "low"}, "severity", "severity_changed", True),
    ("assign", {"owner_id": None}, "assigned", "assigned", False),
]


@pytest.mark.parametrize(("step", "words", "kind", "news", "visible"), WRITES, ids=[write[0] for write in WRITES])
def test_a_write_is_in_the_timeline_the_audit_and_the_news(
    ward: IncidentScenario, step: str, words: dict[str, Any], kind: str, news: str, visible: bool
) -> None:
    incident_id = ward.held()
    ward.do(step, incident_id, "2026-06-01 08:05", **words)
    entry = ward.entry(incident_id, kind)
    assert (entry.at, entry.client_visible) == (utc("2026-06-01 08:05"), visible)
    assert (entry.actor_kind, entry.actor_id) == ("user", ward.house.owner.id)
    assert entry.body == words.get("body", words.get("reason", ""))
    assert news in ward.audited(incident_id)
    assert news in ward.told(incident_id)
    assert ward.row(incident_id).version == 2


@pytest.mark.parametrize(
    ("before", "step", "words", "kind", "news"),
    [
        (["pause"], "resume", {}, "resumed", "resumed"),
        (["resolve"], "close", {}, "closed", "closed"),
        (["resolve"], "reopen", {"reason": "It came back"}, "reopened", "reopened"),
    ],
)
def test_a_later_write_is_recorded_as_well(
    ward: IncidentScenario, before: list[str], step: str, words: dict[str, Any], kind: str, news: str
) -> None:
    incident_id = ward.open()
    for first in before:
        ward.do(first, incident_id, **({"party": "vendor", "reason": "The log"} if first == "pause" else {}))
    ward.do(step, incident_id, "2026-06-01 08:05", **words)
    assert ward.entry(incident_id, kind).at == utc("2026-06-01 08:05")
    assert ward.audited(incident_id).count(news) == ward.told(incident_id).count(news) == 1


def test_the_news_carry_what_a_receiver_needs(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    with ward.house.scope():
        news = OutboxEvent.objects.get(name="incidents.incident.opened")
    assert news.client_id == ward.house.client.id
    assert news.payload == {
        "id": str(incident_id),
        "number": 1,
        "client_id": str(ward.house.client.id),
        "system_id": str(ward.house.system.id),
        "severity": "high",
        "state": "new",
        "title": "Answers are wrong",
    }


def test_the_audit_trail_holds_ids_and_plain_values_and_no_name(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("post_note", incident_id, body="Ms Miller called.")
    with ward.house.scope():
        rows = AuditEvent.objects.filter(object_id=incident_id)
        text = " ".join(str(row.changes) for row in rows)
        assert {row.actor_id for row in rows} == {ward.house.owner.id}
    assert "Miller" not in text
    assert ward.house.owner.name not in text


def test_what_is_rolled_back_leaves_no_trace_anywhere(ward: IncidentScenario) -> None:
    """The step fails in its last part, when the clocks refuse; nothing of the first parts stays."""
    incident_id = ward.open()
    ward.do("pause", incident_id, "2026-06-01 08:05", party="client", reason="The log")
    before = ward.everything(incident_id)
    with pytest.raises(Conflict):
        ward.do("pause", incident_id, "2026-06-01 08:06", party="client", reason="The log")
    assert ward.everything(incident_id) == before


def test_an_alert_that_fires_again_changes_nothing_on_the_open_incident(ward: IncidentScenario) -> None:
    incident_id = ward.held(fingerprint="check:1")
    before = ward.everything(incident_id)
    assert ward.held("2026-06-01 08:05", fingerprint="check:1", title="Again") == incident_id
    assert ward.everything(incident_id) == before


def test_a_title_keeps_its_words_and_loses_its_loose_space(ward: IncidentScenario) -> None:
    row = ward.row(ward.open(title="  <b>Wrong</b> \n  „ünïcode“ 🙂 "))
    assert row.title == "<b>Wrong</b> „ünïcode“ 🙂"


def test_a_note_keeps_its_lines(ward: IncidentScenario) -> None:
    incident_id = ward.open()
    ward.do("post_note", incident_id, body="\nFirst line\n\n  second line\n")
    assert ward.entry(incident_id, "note").body == "First line\n\n  second line"


def test_an_incident_has_one_of_the_known_states(ward: IncidentScenario) -> None:
    with ward.house.scope():
        assert Incident.objects.count() == IncidentEntry.objects.count() == 0
    assert ward.row(ward.open(MORNING)).state == "new"
