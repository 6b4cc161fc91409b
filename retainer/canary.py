"""A promise that is missed on purpose every ten minutes, so that a miss nobody hears of is noticed by its silence.

It takes the way of every client's: a clock, the sweep, a notice, the outbox, the relay, a handler. It lives in an
agency of its own, in which nobody works and nothing else ever is.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction

from clients import selectors as clients
from clients import services as client_services
from core.clock import now
from core.events import Event, handler
from core.heartbeat import ages, beat
from core.ids import uuid7
from core.services import create_agency
from core.tenancy.context import Actor
from core.tenancy.scope import tenant_scope
from slas import selectors as slas
from slas import services as sla_services

AGENCY = uuid.UUID("00000000-0000-7000-8000-0000000ca9a1")
SUBJECT = "canary"
EVERY = timedelta(minutes=10)
# A canary is missed a minute after its start. Whoever has heard none for so long has lost one.
SILENT_AFTER = timedelta(minutes=15)
TARGET_SECONDS = 60
TRIED, SENT, HEARD = "canary tried", "canary sent", "canary"


def send() -> bool:
    """Starts the next canary, and says whether it was time for one. The first one makes its agency."""
    seen = ages()
    if TRIED not in seen or seen[TRIED] > SILENT_AFTER:
        # None was sent where nothing ran, so its silence counts from here on: also where the next lines fail.
        beat(HEARD)
    beat(TRIED)
    if SENT in seen and seen[SENT] < EVERY:
        return False
    with tenant_scope(AGENCY, actor=Actor(kind="system")):
        if not slas.policies().exists():
            _settle_in()
        sla_services.start_clocks(
            subject_type=SUBJECT,
            subject_id=uuid7(),
            client_id=clients.clients()[0].id,
            severity="low",
            policy_version_id=slas.latest_policy_versions()[0].id,
            started_at=now(),
        )
    beat(SENT)
    return True


@handler("retainer.canary.hear")
def hear(event: Event) -> None:
    """The end of its way: a missed canary was told of."""
    if event.agency_id != AGENCY:
        return
    subject_id = uuid.UUID(event.payload["subject_id"])
    sla_services.record_event(subject_type=SUBJECT, subject_id=subject_id, kind="satisfy", at=now())
    beat(HEARD)


def is_silent() -> bool:
    """Whether the last one was heard too long ago."""
    heard = ages().get(HEARD)
    return heard is not None and heard > SILENT_AFTER


def _settle_in() -> None:
    with transaction.atomic():
        create_agency(name="Canary", owner=None)
        client_services.create_client(name="Canary", time_zone="UTC")
        hours = sla_services.create_calendar(name="Always", spec="24x7")
        target = {"severity": "low", "metric": "resolution", "seconds": TARGET_SECONDS, "calendar_version_id": hours.id}
        sla_services.create_policy(name="Missed on purpose", targets=[target])
