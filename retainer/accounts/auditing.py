"""What happens to a person's account stands in the audit trail of each agency where that person has a place.

Whoever signs in is at no agency yet, and whoever fails to is nobody. So it is noted in one global table at once, by the
same one row whether or not there is such an account, and a worker writes it into each trail in that agency's own scope,
all of them and the end of the note in one transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import structlog
from django.db import transaction
from django.http import HttpRequest

from clients.selectors import portal_places_of
from core.audit import record
from core.models import AccountEvent
from core.selectors import memberships_of
from core.tenancy import Actor, tenant_scope
from core.tenancy.context import ActorKind
from core.web.addresses import client_ip

BATCH = 200

log = structlog.get_logger(__name__)


def note(
    request: HttpRequest, action: str, user_id: uuid.UUID | None, *, by_the_person: bool = True, **changes: str
) -> None:
    """Notes what happened to this account. ``changes`` holds ids and plain values, never names or secrets."""
    AccountEvent.objects.create(
        user_id=user_id,
        action=action,
        by_the_person=by_the_person,
        changes=changes,
        request_id=str(getattr(request, "request_id", "")),
        ip=client_ip(request),
    )
    log.info("account", action=action, ip=client_ip(request))


def hand_out() -> int:
    """Writes what was noted into the audit trails, oldest first; returns how many notes that were.

    One that fails is left for the next round and holds up no other.
    """
    done = 0
    for event_id in list(AccountEvent.objects.order_by("id").values_list("id", flat=True)[:BATCH]):
        try:
            done += _hand_out(event_id)
        except Exception:
            log.exception("what happened to an account is in no audit trail yet", event_id=str(event_id))
    return done


@transaction.atomic
def _hand_out(event_id: uuid.UUID) -> int:
    # Another worker that has it already leaves nothing to do here.
    event = AccountEvent.objects.select_for_update(skip_locked=True).filter(id=event_id).first()
    if event is None:
        return 0
    for agency_id, client_id, kind in _concerned(event.user_id):
        who = Actor(kind, event.user_id, "", event.request_id, event.ip) if event.by_the_person else _visitor(event)
        with tenant_scope(agency_id, actor=who):
            record(
                action=event.action,
                object_type="person",
                object_id=event.user_id,
                client_id=client_id,
                changes=event.changes,
                at=event.at,
            )
    event.delete()
    return 1


def _visitor(event: AccountEvent) -> Actor:
    return Actor("visitor", None, "", event.request_id, event.ip)


def _concerned(user_id: uuid.UUID | None) -> Iterator[tuple[uuid.UUID, uuid.UUID | None, ActorKind]]:
    """Each agency where the person is on the staff, and each client whose portal they may open."""
    if user_id is None:
        return
    for place in memberships_of(user_id):
        yield place.agency_id, None, "user"
    for portal in portal_places_of(user_id):
        yield portal.agency_id, portal.client_id, "contact"
