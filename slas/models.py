"""Calendars, policies and their versions, and the clocks that run on them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.clock import now
from core.tenancy.fields import TenantForeignKey
from core.tenancy.models import ClientOwnedModel, TenantModel


class Severity(models.TextChoices):
    """How bad one incident or request is."""

    CRITICAL = "critical", _("Critical")
    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")


class Metric(models.TextChoices):
    """The separate promises of a policy."""

    TRIAGE = "triage", _("Triage")
    FIRST_RESPONSE = "first_response", _("First response")
    NEXT_RESPONSE = "next_response", _("Next response")
    PERIODIC_UPDATE = "periodic_update", _("Client update")
    MITIGATION = "mitigation", _("Mitigation")
    RESOLUTION = "resolution", _("Resolution")


class ClockState(models.TextChoices):
    """The state words of a clock; judged by ``slas.engine`` and only cached here."""

    NOT_STARTED = "not_started", _("Not started")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    OUTSIDE_HOURS = "outside_hours", _("Outside hours")
    AT_RISK = "at_risk", _("At risk")
    MET = "met", _("Met")
    BREACHED = "breached", _("Breached")
    CANCELLED = "cancelled", _("Cancelled")


class Calendar(TenantModel):
    """Support hours under one name. What they are stands in its versions."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=40)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["agency", "slug"], name="slas_calendar_slug")]

    def __str__(self) -> str:
        return self.name


class CalendarVersion(TenantModel):
    """One state of a calendar. Never edited: a change is a new version. ``spec`` is CalendarSpec's JSON shape."""

    calendar = TenantForeignKey(Calendar, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    spec = models.JSONField()
    starts_at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "calendar", "number"], name="slas_calendarversion_number")
        ]


class Policy(TenantModel):
    """A service level under one name. What it promises stands in its versions."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=40)
    description = models.CharField(max_length=300, blank=True)
    default_for = models.CharField(max_length=10, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["agency", "slug"], name="slas_policy_slug")]

    def __str__(self) -> str:
        return self.name


class PolicyVersion(TenantModel):
    """What a retainer signs. Never edited once made: a change is a new version."""

    policy = TenantForeignKey(Policy, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    # Minutes that a critical or high incident opened by an alert is held from the portal; None holds it until
    # somebody confirms it.
    publish_after_minutes = models.PositiveIntegerField(null=True, default=15)

    class Meta(TenantModel.Meta):
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["agency", "policy", "number"], name="slas_policyversion_number")]

    def __str__(self) -> str:
        return f"{self.policy} v{self.number}"


class Target(TenantModel):
    """One promise: how long a metric may take for a severity and, where wanted, a kind of request."""

    version = TenantForeignKey(PolicyVersion, models.PROTECT, related_name="targets")
    severity = models.CharField(max_length=10, choices=Severity.choices)
    # Empty means any kind.
    request_kind = models.CharField(max_length=20, blank=True)
    metric = models.CharField(max_length=20, choices=Metric.choices)
    seconds = models.PositiveIntegerField()
    calendar_version = TenantForeignKey(CalendarVersion, models.PROTECT, related_name="+")
    is_guarantee = models.BooleanField(default=False)
    pausable = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "version", "severity", "request_kind", "metric"], name="slas_target_once"
            ),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="slas_target_severity"),
            models.CheckConstraint(condition=Q(metric__in=Metric.values), name="slas_target_metric"),
        ]


class Clock(ClientOwnedModel):
    """One running promise for one subject. Terms and calendar are frozen in; events are the truth."""

    OPEN_STATES: ClassVar[tuple[str, ...]] = ("not_started", "running", "paused", "outside_hours", "at_risk")

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
            models.UniqueConstraint(
                fields=["agency", "subject_type", "subject_id", "metric", "cycle"], name="slas_clock_once"
            ),
            models.CheckConstraint(condition=Q(state__in=ClockState.values), name="slas_clock_state"),
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


class MoveState(models.TextChoices):
    """The state words of a move of open clocks to newer terms."""

    COUNTING = "counting", _("Counting")
    READY = "ready", _("Ready")
    APPLYING = "applying", _("Moving")
    DONE = "done", _("Done")
    DISCARDED = "discarded", _("Discarded")


class TermsMove(TenantModel):
    """Open clocks on their way to a newer version of their policy or of their hours: first counted, then moved.

    Exactly one of the two versions is named. ``cursor`` is the last clock that was dealt with.
    """

    policy_version = TenantForeignKey(PolicyVersion, models.PROTECT, null=True, related_name="+")
    calendar_version = TenantForeignKey(CalendarVersion, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=MoveState.choices, default=MoveState.COUNTING)
    total = models.PositiveIntegerField(default=0)
    dealt_with = models.PositiveIntegerField(default=0)
    cursor = models.UUIDField(null=True)
    # How many clocks each word is true of so far: moved, later, sooner, missed, relieved, dropped, same, failed.
    counts = models.JSONField(default=dict)
    asked_by_id = models.UUIDField(null=True)
    finished_at = models.DateTimeField(null=True)
    next_due_at = models.DateTimeField(null=True, default=now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MoveState.values), name="slas_move_state"),
            models.CheckConstraint(
                condition=Q(policy_version__isnull=True) ^ Q(calendar_version__isnull=True), name="slas_move_to_one"
            ),
        ]
        indexes = [
            models.Index(fields=["next_due_at"], name="slas_move_due", condition=Q(next_due_at__isnull=False)),
            models.Index(fields=["agency", "-created_at"], name="slas_move_newest"),
        ]
