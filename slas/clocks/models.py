"""Running promises, what happened to them, and what was raised about them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.clock import now
from core.tenancy.fields import TenantForeignKey
from core.tenancy.models import ClientOwnedModel
from slas.policies.models import PolicyVersion
from slas.states import ClockState
from slas.words import Metric, Severity


class Clock(ClientOwnedModel):
    """One running promise for one subject. Terms and calendar are frozen in; events are the truth."""

    subject_type = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    metric = models.CharField(max_length=20, choices=Metric.choices)
    severity = models.CharField(max_length=10, choices=Severity.choices)
    # Counts instances of a promise that repeats, such as the next client update.
    cycle = models.PositiveIntegerField(default=1)
    policy_version = TenantForeignKey(PolicyVersion, models.PROTECT, related_name="+")
    terms = models.JSONField()
    started_at = models.DateTimeField()
    # What follows is the engine's last judgement, kept for lists and for the sweep.
    state = models.CharField(max_length=16, choices=ClockState.choices)
    due_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    satisfied_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    consumed_seconds = models.PositiveIntegerField(default=0)
    judged_at = models.DateTimeField()
    next_fire_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta(ClientOwnedModel.Meta):
        constraints = [
            Metric.holds("metric", "slas_clock_metric"),
            Severity.holds("severity", "slas_clock_severity"),
            models.UniqueConstraint(
                fields=["agency", "subject_type", "subject_id", "metric", "cycle"], name="slas_clock_once"
            ),
            ClockState.holds("state", "slas_clock_state"),
            models.CheckConstraint(condition=Q(breached_at=None) | Q(state="breached"), name="slas_clock_breach_stays"),
        ]
        indexes = [
            models.Index(fields=["next_fire_at"], name="slas_clock_due", condition=Q(next_fire_at__isnull=False)),
            models.Index(fields=["agency", "subject_id"], name="slas_clock_subject"),
            models.Index(fields=["agency", "due_at"], name="slas_clock_open", condition=Q(ended_at__isnull=True)),
        ]


class ClockEvent(ClientOwnedModel):
    """Something that happened to a clock. Append-only; the judgement is recomputed from these alone."""

    clock = TenantForeignKey(Clock, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=12)
    party = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    evidence = models.CharField(max_length=500, blank=True)
    data = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    recorded_at = models.DateTimeField(default=now)

    class Meta(ClientOwnedModel.Meta):
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["agency", "clock", "seq"], name="slas_clockevent_seq")]


class ClockNotice(ClientOwnedModel):
    """A warning or breach that has been raised: one row a threshold, so none is raised twice."""

    clock = TenantForeignKey(Clock, models.PROTECT, related_name="notices")
    threshold = models.CharField(max_length=24)
    due_at = models.DateTimeField()
    raised_at = models.DateTimeField()

    class Meta(ClientOwnedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["agency", "clock", "threshold"], name="slas_clocknotice_once")]
