"""A handler is remembered by a name of its own, so that a rename of its function or module repeats nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core import events
from core.audit import announce
from core.models import OutboxEvent, OutboxHandled
from core.outbox import relay_due
from tests.cast import Cast

NAME = "test.thing.renamed"
# Each stands in rows of ``OutboxHandled`` of agencies that run today. Add to these; change none.
NAMES = {
    "agreements.handlers.take_decision",
    "incidents.handlers.note_deadline",
    "incidents.handlers.note_escalation",
    "monitoring.handlers.follow_merge",
    "monitoring.handlers.follow_pause",
    "monitoring.handlers.take_transition",
    "retainer.canary.hear",
    "retainer.notifications.approvals.tell_answered",
    "retainer.notifications.approvals.tell_asked",
    "retainer.notifications.approvals.tell_asked_also",
    "retainer.notifications.approvals.tell_decided",
    "retainer.notifications.approvals.tell_questioned",
    "retainer.notifications.approvals.tell_reminded",
    "retainer.notifications.handlers.invite_contact",
    "retainer.notifications.handlers.send_webhooks",
    "retainer.notifications.handlers.tell_client_asked",
    "retainer.notifications.handlers.tell_client_published",
    "retainer.notifications.handlers.tell_client_reminded",
    "retainer.notifications.handlers.tell_client_reopened",
    "retainer.notifications.handlers.tell_client_resolved",
    "retainer.notifications.handlers.tell_client_updated",
    "retainer.notifications.handlers.tell_escalation",
    "retainer.notifications.handlers.tell_staff_client_wrote",
    "retainer.notifications.handlers.tell_staff_deadline",
    "retainer.notifications.handlers.tell_staff_disputed",
    "retainer.notifications.handlers.tell_staff_incident_opened",
    "retainer.notifications.handlers.tell_staff_no_data",
    "retainer.notifications.handlers.tell_staff_reopened",
}


@pytest.fixture(autouse=True)
def registry() -> Iterator[None]:
    """What a test registers is forgotten after it."""
    registries: list[dict[Any, Any]] = [events._handlers, events._known, events._identities]
    kept = [dict(one) for one in registries]
    events.declare([NAME])
    yield
    for one, before in zip(registries, kept, strict=True):
        one.clear()
        one.update(before)


def test_every_handler_has_the_name_that_open_events_know(cast: Cast) -> None:
    assert {events.identity_of(one) for functions in events._handlers.values() for one in functions} == NAMES


def test_one_without_a_name_is_not_registered() -> None:
    def nameless(_news: events.Event) -> None:
        """Its path would be its name, until somebody moves it."""

    with pytest.raises(ValueError, match="has no name of its own"):
        events.register({NAME: (nameless,)})


@pytest.mark.django_db
def test_an_event_that_was_half_handled_before_a_rename_is_handled_once_after_it(cast: Cast) -> None:
    told: list[str] = []

    @events.handler("test.handlers.tell")
    def tell_under_another_name(_news: events.Event) -> None:
        told.append("first")

    @events.handler("test.handlers.write")
    def write(_news: events.Event) -> None:
        told.append("second")

    events.register({NAME: (tell_under_another_name, write)})
    with cast.north.scope():
        announce(name=NAME, payload={"id": "1"})
        event = OutboxEvent.objects.get(name=NAME)
        # The version before had told the first, which then had the name of its path, and was ended before the second.
        OutboxHandled(event_id=event.id, handler="test.handlers.tell").save(force_insert=True)
    relay_due()
    relay_due()
    assert told == ["second"]
    with cast.north.scope():
        assert OutboxEvent.objects.get(name=NAME).done_at is not None
