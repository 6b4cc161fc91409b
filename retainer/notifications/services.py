"""Webhook endpoints, and turning an event into the messages it means."""

from __future__ import annotations

import base64
import secrets
import uuid
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.clock import now
from core.crypto import CannotOpen, decrypt, encrypt
from core.errors import Conflict, DomainError, NotFound
from core.events import declared_in
from core.ids import uuid7
from core.json_values import JsonValue
from core.limits import refuse_over
from core.net.guard import Allowance, TargetRefused, check_url
from core.selectors import net_allowances
from core.tenancy.context import require_agency
from core.text import printable
from incidents import events as incident_events
from monitoring import events as monitoring_events
from retainer.notifications.letters import encrypt_letter
from retainer.notifications.models import Channel, Delivery, WebhookEndpoint
from slas import events as sla_events

TABLE, COLUMN, OLD_COLUMN = "notifications_webhookendpoint", "sealed_secret", "sealed_old_secret"
# Programs are told of these; everything else is the agency's own bookkeeping.
FOR_PROGRAMS = ("slas.clock.", "incidents.incident.", "monitoring.alert.")
EVENTS = sorted(
    name
    for module in (incident_events, monitoring_events, sla_events)
    for name in declared_in(module)
    if name.startswith(FOR_PROGRAMS)
)
TESTED = "notifications.endpoint.tested"
# How long messages carry the old secret's signature as well, so that a receiver can change over in its own time.
BOTH_SECRETS = timedelta(hours=24)
# Where an agency has used its allowance of mails, these go first. A lane comes after those before it by name.
ALARM, OTHER = "alarm", "other"
ALARMS = frozenset(
    {
        "incidents.incident.opened",
        "monitoring.alert.fired",
        "slas.clock.warned",
        "slas.clock.breached",
        "slas.clock.escalated",
    }
)


def create_endpoint(*, name: str, url: str, events: list[str] | None = None) -> tuple[WebhookEndpoint, str]:
    """A new receiver and its signing secret (``whsec_…``), which is shown this once."""
    with transaction.atomic():
        endpoint = WebhookEndpoint(id=uuid7(), agency_id=require_agency())
        _fill(endpoint, name, url, events or [])
        refuse_over(WebhookEndpoint.objects.all(), settings.AGENCY_MOST_ENDPOINTS, _("webhook receivers"))
        secret = _new_secret()
        endpoint.sealed_secret = _encrypt(endpoint, COLUMN, secret)
        endpoint.save(force_insert=True)
        record(action="notifications.endpoint.created", object_type="endpoint", object_id=endpoint.id)
    return endpoint, secret


def update_endpoint(*, endpoint_id: uuid.UUID, name: str, url: str, events: list[str]) -> WebhookEndpoint:
    """Changes a receiver; its secret stays. What waits goes to the new address."""
    with transaction.atomic():
        endpoint = _locked(endpoint_id)
        _fill(endpoint, name, url, events)
        endpoint.save(update_fields=["name", "url", "events"])
        record(action="notifications.endpoint.updated", object_type="endpoint", object_id=endpoint.id)
    return endpoint


def archive_endpoint(*, endpoint_id: uuid.UUID) -> WebhookEndpoint:
    """Sends nothing there any more, what waits included, and keeps the receiver and its secret. Twice is once."""
    with transaction.atomic():
        endpoint = _locked(endpoint_id)
        if endpoint.enabled:
            endpoint.enabled = False
            endpoint.save(update_fields=["enabled"])
            _stop_what_waits(endpoint_id)
            record(action="notifications.endpoint.archived", object_type="endpoint", object_id=endpoint.id)
    return endpoint


def restore_endpoint(*, endpoint_id: uuid.UUID) -> WebhookEndpoint:
    """Sends what happens from now on there again. Twice is once."""
    with transaction.atomic():
        endpoint = _locked(endpoint_id)
        if not endpoint.enabled:
            endpoint.enabled = True
            endpoint.save(update_fields=["enabled"])
            record(action="notifications.endpoint.restored", object_type="endpoint", object_id=endpoint.id)
    return endpoint


def send_test(*, endpoint_id: uuid.UUID) -> Delivery:
    """Queues a signed message that means nothing, and returns it: its delivery says what the receiver answered."""
    with transaction.atomic():
        endpoint = _locked(endpoint_id)
        if not endpoint.enabled:
            raise Conflict(_("This receiver is archived. Restore it first."))
        delivery = _to(endpoint, event_id=uuid7(), event_name=TESTED, payload={"id": str(endpoint.id)})
        _queue(delivery)
        record(action=TESTED, object_type="endpoint", object_id=endpoint.id)
    return delivery


def _fill(endpoint: WebhookEndpoint, name: str, url: str, events: list[str]) -> None:
    name = name.strip()
    if not name or len(name) > 80:
        raise DomainError(_("Give the receiver a name of at most 80 characters."), field="name")
    if WebhookEndpoint.objects.filter(name=name).exclude(id=endpoint.id).exists():
        raise DomainError(_("You have a receiver of this name. Choose another name."), field="name")
    if unknown := sorted(set(events) - set(EVENTS)):
        raise DomainError(_("Nobody is told of %(name)s.") % {"name": unknown[0][:80]}, field="events")
    _vet(url)
    endpoint.name, endpoint.url, endpoint.events = name, url, sorted(set(events))


def _locked(endpoint_id: uuid.UUID) -> WebhookEndpoint:
    endpoint: WebhookEndpoint | None = (
        WebhookEndpoint.objects.select_for_update(of=("self",)).filter(id=endpoint_id).first()
    )
    if endpoint is None:
        raise NotFound(_("There is no such receiver."))
    return endpoint


def _stop_what_waits(endpoint_id: uuid.UUID) -> None:
    Delivery.objects.filter(receiver=str(endpoint_id), sent_at=None).update(next_due_at=None)


def rotate_secret(*, endpoint_id: uuid.UUID) -> tuple[WebhookEndpoint, str]:
    """A new signing secret, which is shown this once. For a day messages are signed with the one before as well."""
    with transaction.atomic():
        endpoint = _locked(endpoint_id)
        secret = _new_secret()
        # One whose key was lost signs nothing, and a new one is the way out.
        with suppress(CannotOpen):
            old = _decrypt(endpoint, COLUMN, endpoint.sealed_secret)
            endpoint.sealed_old_secret = _encrypt(endpoint, OLD_COLUMN, old)
            endpoint.old_secret_until = now() + BOTH_SECRETS
        endpoint.sealed_secret = _encrypt(endpoint, COLUMN, secret)
        endpoint.save(update_fields=["sealed_secret", "sealed_old_secret", "old_secret_until"])
        record(action="notifications.endpoint.secret_rotated", object_type="endpoint", object_id=endpoint.id)
    return endpoint, secret


def delete_endpoint(*, endpoint_id: uuid.UUID) -> None:
    """Stops sending there. What was sent stays in the record."""
    with transaction.atomic():
        endpoint = _locked(endpoint_id)
        _stop_what_waits(endpoint_id)
        endpoint.delete()
        record(action="notifications.endpoint.deleted", object_type="endpoint", object_id=endpoint_id)


def secrets_of(endpoint: WebhookEndpoint) -> list[str]:
    """What the endpoint's messages are signed with now, the newest secret first; for the delivery alone."""
    found = [_decrypt(endpoint, COLUMN, endpoint.sealed_secret)]
    if endpoint.sealed_old_secret and endpoint.old_secret_until and now() < endpoint.old_secret_until:
        found.append(_decrypt(endpoint, OLD_COLUMN, endpoint.sealed_old_secret))
    return found


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _encrypt(endpoint: WebhookEndpoint, column: str, secret: str) -> bytes:
    return encrypt(secret, agency_id=endpoint.agency_id, table=TABLE, column=column, row_id=endpoint.id)


def _decrypt(endpoint: WebhookEndpoint, column: str, encrypted: bytes | memoryview) -> str:
    return decrypt(encrypted, agency_id=endpoint.agency_id, table=TABLE, column=column, row_id=endpoint.id)


def _vet(url: str) -> None:
    try:
        check_url(url, [Allowance(host, port) for host, port in net_allowances(require_agency())])
    except TargetRefused as refused:
        raise DomainError(_(refused.message), field="url") from refused


def queue_email(
    *,
    event_id: uuid.UUID,
    event_name: str,
    to: str,
    subject: str,
    body: str,
    html: str,
    client_id: uuid.UUID | None = None,
) -> None:
    """One mail to one address about one event; a second one about the same event is dropped by the database."""
    delivery_id = uuid7()
    _queue(
        Delivery(
            id=delivery_id,
            event_id=event_id,
            event_name=event_name,
            channel=Channel.EMAIL,
            receiver=to,
            lane=ALARM if event_name in ALARMS else OTHER,
            # Names of strangers stand in it: no line break starts a header, and none turns what comes after it.
            subject=printable(subject)[:200],
            sealed_letter=encrypt_letter(delivery_id, body=body, html=html),
            client_id=client_id,
        )
    )


def queue_webhooks(
    *, event_id: uuid.UUID, event_name: str, payload: dict[str, JsonValue], client_id: uuid.UUID | None
) -> int:
    """One delivery for each enabled endpoint that wants this event; returns how many."""
    wanted = [
        endpoint
        for endpoint in WebhookEndpoint.objects.filter(enabled=True)
        if (not endpoint.events or event_name in endpoint.events)
        and (endpoint.client_id is None or endpoint.client_id == client_id)
    ]
    for endpoint in wanted:
        _queue(_to(endpoint, event_id=event_id, event_name=event_name, payload=payload, client_id=client_id))
    return len(wanted)


def _to(
    endpoint: WebhookEndpoint,
    *,
    event_id: uuid.UUID,
    event_name: str,
    payload: dict[str, JsonValue],
    client_id: uuid.UUID | None = None,
) -> Delivery:
    return Delivery(
        event_id=event_id,
        event_name=event_name,
        channel=Channel.WEBHOOK,
        receiver=str(endpoint.id),
        lane=str(endpoint.id),
        payload=payload,
        client_id=client_id,
    )


def _queue(delivery: Delivery) -> None:
    Delivery.objects.bulk_create([delivery], ignore_conflicts=True)


def link(path: str) -> str:
    """The full address of a page, for mail and chat."""
    return f"{settings.BASE_URL}{path}"
