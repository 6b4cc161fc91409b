"""Service levels, their versions, and what those promise."""

from __future__ import annotations

from django.db import models
from django.db.models import Value
from django.db.models.functions import Upper

from core.tenancy.fields import TenantForeignKey
from core.tenancy.models import TenantModel
from slas.calendars.models import CalendarVersion
from slas.words import Metric, ResponseRule, Severity

# The processes of the version before know nothing of a newer column, so the database fills it.
NOTHING, NO_NAMES = Value([], models.JSONField()), Value({}, models.JSONField())


class Policy(TenantModel):
    """A service level under one name. What it promises stands in its versions."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=40)
    description = models.CharField(max_length=300, blank=True)
    default_for = models.CharField(max_length=10, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "slug"], name="slas_policy_slug"),
            # As the look-up for one of this name asks for it.
            models.UniqueConstraint("agency", Upper("name"), name="slas_policy_name"),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyVersion(TenantModel):
    """What a retainer signs. Never edited once made: a change is a new version."""

    policy = TenantForeignKey(Policy, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    # Minutes that a critical or high incident opened by an alert is held from the portal; None holds it until
    # somebody confirms it.
    publish_after_minutes = models.PositiveIntegerField(null=True, default=15)
    # By severity, in words that a client reads; a severity that is missing has the usual words.
    severity_definitions = models.JSONField(default=dict, db_default=NO_NAMES)
    # One clause a line, in words that a client reads.
    covered = models.JSONField(default=list, db_default=NOTHING)
    excluded = models.JSONField(default=list, db_default=NOTHING)
    client_duties = models.JSONField(default=list, db_default=NOTHING)
    # Which values are watched, how often somebody looks at them, and what is reported.
    reporting = models.TextField(blank=True, default="", db_default="")
    response_rule = models.CharField(
        max_length=12, choices=ResponseRule.choices, default=ResponseRule.ACKNOWLEDGE, db_default="acknowledge"
    )
    # For how many days after it was resolved an incident can be reopened with its clocks; None: always.
    reopen_days = models.PositiveSmallIntegerField(null=True, default=14, db_default=14)
    # Per cent of a calendar month; None promises none.
    uptime_target = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    # Whether time of planned maintenance counts as time in which the system was down.
    maintenance_counts = models.BooleanField(default=False, db_default=False)
    # Who hears of it when, in the shape of ``slas.escalation.EscalationPolicy``.
    escalation = models.JSONField(default=dict, db_default=NO_NAMES)

    class Meta(TenantModel.Meta):
        ordering = ["-number"]
        constraints = [
            ResponseRule.holds("response_rule", "slas_policy_response_rule"),
            models.UniqueConstraint(fields=["agency", "policy", "number"], name="slas_policyversion_number"),
        ]

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
    # The parties for whom it stops; empty: for all.
    pausing = models.JSONField(default=list, db_default=NOTHING)
    # Warnings in the engine's shape, {"percent": n} or {"seconds_before": n}; empty: the usual one.
    warn = models.JSONField(default=list, db_default=NOTHING)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "version", "severity", "request_kind", "metric"], name="slas_target_once"
            ),
            Severity.holds("severity", "slas_target_severity"),
            Metric.holds("metric", "slas_target_metric"),
        ]
