"""What happened and what is still to be told: audit, outbox, counters, heartbeats."""

from __future__ import annotations

from django.db import models

from core.clock import now
from core.ids import uuid7
from core.tenancy.models import TenantModel


class AuditEvent(TenantModel):
    """One act, written in the transaction of the change it records. Insert-only; ids, never names."""

    client_id = models.UUIDField(null=True)
    at = models.DateTimeField(default=now)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=60)
    object_id = models.UUIDField(null=True)
    changes = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    ip = models.GenericIPAddressField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["agency", "-at"], name="core_audit_newest"),
            models.Index(fields=["agency", "object_id", "-at"], name="core_audit_of_object"),
        ]


class OutboxEvent(TenantModel):
    """An event for other apps and for the outside, written with the change. Leased, delivered at least once.

    Events of one ``order_key`` reach their ordered handler by ``order_seq``, which is counted in the subject's own row;
    ``ordered_at`` is when that handler was done with this one.
    """

    client_id = models.UUIDField(null=True)
    name = models.CharField(max_length=80)
    # Of the payload: a worker that knows no such version leaves the event for one that does.
    version = models.PositiveSmallIntegerField(default=1, db_default=1)
    payload = models.JSONField(default=dict)
    dedup_key = models.CharField(max_length=160)
    order_key = models.CharField(max_length=120, blank=True, default="", db_default="")
    order_seq = models.BigIntegerField(default=0, db_default=0)
    ordered_at = models.DateTimeField(null=True)
    next_due_at = models.DateTimeField(null=True, default=now)
    lease_id = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["agency", "dedup_key"], name="core_outbox_once")]
        indexes = [
            models.Index(fields=["next_due_at"], name="core_outbox_due", condition=models.Q(next_due_at__isnull=False)),
            models.Index(fields=["agency", "-id"], name="core_outbox_newest"),
            models.Index(
                fields=["agency", "order_key", "order_seq"],
                name="core_outbox_in_order",
                condition=models.Q(ordered_at__isnull=True) & ~models.Q(order_key=""),
            ),
        ]


class OutboxHandled(TenantModel):
    """Says that a handler has dealt with an event, so that a second delivery does nothing."""

    event_id = models.UUIDField()
    handler = models.CharField(max_length=120)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["agency", "event_id", "handler"], name="core_outbox_handled_once")
        ]


class Counter(TenantModel):
    """Hands out the numbers that people read: INC-12. Without gaps within a committed sequence."""

    kind = models.CharField(max_length=20)
    value = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["agency", "kind"], name="core_counter_once")]


class Heartbeat(models.Model):
    """When each loop of the pipeline last did its work. A global table: it says nothing about any tenant."""

    name = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)


class AccountEvent(models.Model):
    """Something that happened to a person's account, until it stands in the audit trail of each agency it concerns.

    A global table: whoever signs in, or fails to, is at no agency yet. ``user_id`` is empty where an address has no
    account; such a row is written and taken away like any other, so that writing it takes as long.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(default=now)
    user_id = models.UUIDField(null=True)
    action = models.CharField(max_length=80)
    # False where somebody did it who is not known to be that person.
    by_the_person = models.BooleanField(default=True)
    changes = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    ip = models.GenericIPAddressField(null=True)


class AuditSeal(TenantModel):
    """A link of the chain over an agency's audit rows: the hash of the row and of the link before. Insert-only.

    Written afterwards by the sealer, so that the chain costs no writer a lock.
    """

    event_id = models.UUIDField()
    number = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="core_auditseal_number"),
            models.UniqueConstraint(fields=["agency", "event_id"], name="core_auditseal_event"),
        ]
