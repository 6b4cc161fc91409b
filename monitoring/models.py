"""Checks, thresholds, samples, rollups and alerts."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast

from core.tenancy.fields import TenantForeignKey
from core.tenancy.managers import TenantManager
from core.tenancy.models import ClientOwnedModel
from monitoring.addresses import shown_url

# Django looks for an app's models here.
from monitoring.maintenance.models import MaintenanceWindow as MaintenanceWindow
from monitoring.words import AlertState, CheckKind, Comparison, Health

# Checks and limits of which something has begun and not ended: few, so that the auditor can look at each.
ILL = Q(firing_serial__isnull=False) | Q(no_data_serial__isnull=False)


class Check(ClientOwnedModel):
    """What is asked of one environment of one system, how often, and where it stands."""

    system = TenantForeignKey("clients.AISystem", models.PROTECT, related_name="checks")
    environment = TenantForeignKey("clients.Environment", models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=CheckKind.choices)
    # Empty for a check that waits for what is sent.
    url = models.CharField(max_length=1000, blank=True)
    # The Authorization header's value, sealed; write-only everywhere.
    sealed_authorization = models.BinaryField(null=True, editable=False)
    # [{"name": "...", "path": "...", "unit": "..."}]: which numbers to read out of the answer.
    metrics = models.JSONField(default=list)
    interval_seconds = models.PositiveIntegerField()
    # Intervals it had before: [[until, seconds], …] with instants as text, the oldest first; for counting what was.
    past_intervals = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    timeout_ms = models.PositiveIntegerField(default=10_000)
    # How many bad results in a row fire the alert, how many good ones end it.
    bad_count = models.PositiveSmallIntegerField(default=3)
    good_count = models.PositiveSmallIntegerField(default=2)
    enabled = models.BooleanField(default=True)
    # The schedule: a fixed grid of slots, so that a slow answer never shifts the next one.
    next_due_at = models.DateTimeField(null=True)
    lease_id = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    # The state as of the last stored result. Streaks live here so that a restart loses none.
    health = models.CharField(max_length=12, choices=Health.choices, default=Health.UNKNOWN)
    bad_streak = models.PositiveIntegerField(default=0)
    good_streak = models.PositiveIntegerField(default=0)
    unknown_streak = models.PositiveIntegerField(default=0)
    last_slot = models.DateTimeField(null=True)
    last_finished_at = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    last_latency_us = models.BigIntegerField(null=True)
    last_values = models.JSONField(default=dict)
    last_error = models.CharField(max_length=20, blank=True)
    last_detail = models.CharField(max_length=200, blank=True)
    skipped_slots = models.PositiveIntegerField(default=0)
    # What has been told of it: how many transitions, and the serials of those that have begun and not ended.
    transitions = models.BigIntegerField(default=0, db_default=0)
    firing_serial = models.BigIntegerField(null=True)
    no_data_serial = models.BigIntegerField(null=True)

    class Meta(ClientOwnedModel.Meta):
        ordering = ["name"]
        constraints = [
            CheckKind.holds("kind", "monitoring_check_kind"),
            models.UniqueConstraint(fields=["agency", "environment", "name"], name="monitoring_check_name"),
            models.CheckConstraint(
                condition=Q(interval_seconds__range=(5, 2_678_400)), name="monitoring_check_interval"
            ),
            # A timeout above the interval would let two runs of one check overlap.
            models.CheckConstraint(
                condition=Q(timeout_ms__gte=100)
                # As a large number: a month has more milliseconds than a small one can say.
                & Q(timeout_ms__lte=Cast("interval_seconds", models.BigIntegerField()) * 1000),
                name="monitoring_check_timeout",
            ),
            Health.holds("health", "monitoring_check_health"),
            models.CheckConstraint(condition=Q(bad_count__gte=1, good_count__gte=1), name="monitoring_check_counts"),
        ]
        indexes = [
            models.Index(fields=["next_due_at"], name="monitoring_check_due", condition=Q(next_due_at__isnull=False)),
            models.Index(fields=["agency"], name="monitoring_check_ill", condition=ILL),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def measured(self) -> list[str]:
        """The names of what it measures: its metrics, and how long the answer took where it asks."""
        names = [str(item["name"]) for item in self.metrics]
        return names if self.kind == CheckKind.PUSH else [*names, "latency"]

    @property
    def shown_url(self) -> str:
        """The address as people see it, without what could be a secret."""
        return shown_url(self.url)


class Threshold(ClientOwnedModel):
    """An agreed limit on one metric of a check, with its streaks. Fires at ``limit``, clears at ``clear_limit``."""

    source_check = TenantForeignKey(Check, models.CASCADE, related_name="thresholds")
    metric = models.CharField(max_length=60)
    comparison = models.CharField(max_length=5, choices=Comparison.choices)
    limit = models.FloatField()
    clear_limit = models.FloatField()
    unit = models.CharField(max_length=12, blank=True)
    bad_count = models.PositiveSmallIntegerField(default=3)
    good_count = models.PositiveSmallIntegerField(default=2)
    agreed_on = models.DateField(null=True, blank=True)
    # What it means for people when the value is bad, as the client reads it: "Customers wait twice as long".
    impact = models.CharField(max_length=120, blank=True, default="", db_default="")
    health = models.CharField(max_length=12, choices=Health.choices, default=Health.UNKNOWN)
    bad_streak = models.PositiveIntegerField(default=0)
    good_streak = models.PositiveIntegerField(default=0)
    # Intervals in a row without a value; a missing value neither fires nor clears.
    missing_streak = models.PositiveIntegerField(default=0)
    # What has been told of it: how many transitions, and the serials of those that have begun and not ended.
    transitions = models.BigIntegerField(default=0, db_default=0)
    firing_serial = models.BigIntegerField(null=True)
    no_data_serial = models.BigIntegerField(null=True)

    class Meta(ClientOwnedModel.Meta):
        constraints = [
            Comparison.holds("comparison", "monitoring_threshold_comparison"),
            Health.holds("health", "monitoring_threshold_health"),
            models.UniqueConstraint(
                fields=["agency", "source_check", "metric", "comparison"], name="monitoring_threshold_once"
            ),
            models.CheckConstraint(
                condition=Q(comparison="above", clear_limit__lte=F("limit"))
                | Q(comparison="below", clear_limit__gte=F("limit")),
                name="monitoring_threshold_hysteresis",
            ),
        ]
        indexes = [models.Index(fields=["agency"], name="monitoring_threshold_ill", condition=ILL)]

    @property
    def last_value(self) -> float | None:
        """What the check's last answer said of the metric; None where it said nothing or could not be read."""
        value: float | None = self.source_check.last_values.get(self.metric)
        return value

    @property
    def last_value_at(self) -> datetime | None:
        """When that answer came."""
        return None if self.last_value is None else self.source_check.last_finished_at


class Alert(ClientOwnedModel):
    """A threshold or a check that went bad. One open row a fingerprint; closed with the evidence of recovery."""

    number = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=120)
    # Which firing of the fingerprint it is; its recovery names the same.
    serial = models.BigIntegerField(null=True)
    system = TenantForeignKey("clients.AISystem", models.PROTECT, related_name="+")
    source_check = TenantForeignKey(Check, models.PROTECT, related_name="alerts")
    threshold = TenantForeignKey(Threshold, models.PROTECT, null=True, related_name="alerts")
    health = models.CharField(max_length=12, choices=Health.choices)
    state = models.CharField(max_length=12, choices=AlertState.choices, default=AlertState.FIRING)
    title = models.CharField(max_length=160)
    # The first bad slot: when it began, not when it was believed.
    began_at = models.DateTimeField()
    fired_at = models.DateTimeField()
    recovered_at = models.DateTimeField(null=True)
    incident = TenantForeignKey("incidents.Incident", models.PROTECT, null=True, related_name="+")
    # The exact samples, rule and streaks behind firing and recovery.
    evidence = models.JSONField(default=dict)

    class Meta(ClientOwnedModel.Meta):
        ordering = ["-fired_at"]
        constraints = [
            Health.holds("health", "monitoring_alert_health"),
            models.UniqueConstraint(fields=["agency", "number"], name="monitoring_alert_number"),
            models.UniqueConstraint(
                fields=["agency", "fingerprint"],
                condition=Q(recovered_at__isnull=True),
                name="monitoring_one_open_alert",
            ),
            models.UniqueConstraint(fields=["agency", "fingerprint", "serial"], name="monitoring_alert_a_firing"),
            AlertState.holds("state", "monitoring_alert_state"),
        ]
        indexes = [models.Index(fields=["agency", "-fired_at"], name="monitoring_alert_newest")]


class Sample(models.Model):
    """One value of one metric at one scheduled slot. Partitioned by day; written by ``samples.store`` alone."""

    pk = models.CompositePrimaryKey("check_id", "metric", "slot")
    agency_id = models.UUIDField()
    client_id = models.UUIDField()
    check_id = models.UUIDField()
    metric = models.CharField(max_length=60)
    slot = models.DateTimeField()
    value = models.FloatField()

    objects: ClassVar[TenantManager[Sample]] = TenantManager()

    class Meta:
        managed = False
        db_table = "monitoring_sample"


class Rollup(models.Model):
    """Samples of one metric in one bucket: additive, so that buckets of buckets are exact."""

    pk = models.CompositePrimaryKey("check_id", "metric", "seconds", "bucket")
    agency_id = models.UUIDField()
    client_id = models.UUIDField()
    check_id = models.UUIDField()
    metric = models.CharField(max_length=60)
    seconds = models.PositiveIntegerField()
    bucket = models.DateTimeField()
    count = models.PositiveIntegerField()
    total = models.FloatField()
    minimum = models.FloatField()
    maximum = models.FloatField()

    objects: ClassVar[TenantManager[Rollup]] = TenantManager()

    class Meta:
        managed = False
        db_table = "monitoring_rollup"
