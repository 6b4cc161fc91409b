"""Incidents and their timelines."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.clock import now
from core.tenancy.fields import TenantForeignKey
from core.tenancy.models import ClientOwnedModel
from incidents.states import IncidentState
from incidents.words import DisputeState, EntryKind, IncidentSource
from slas.words import Party, Severity


class Incident(ClientOwnedModel):
    """One failure of one system, from the first sign to closed."""

    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    system = TenantForeignKey("clients.AISystem", models.PROTECT, related_name="+")
    severity = models.CharField(max_length=10)
    state = models.CharField(max_length=12, choices=IncidentState.choices, default=IncidentState.NEW)
    source = models.CharField(max_length=8, choices=IncidentSource.choices)
    # Set where an alert opened it: one open incident a fingerprint.
    fingerprint = models.CharField(max_length=120, blank=True)
    policy_version_id = models.UUIDField(null=True)
    owner = models.ForeignKey("core.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(default=now)
    confirmed_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    mitigated_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # Who is being waited on: client, vendor, provider, window; empty when it is us.
    waiting_on = models.CharField(max_length=20, blank=True)
    waiting_since = models.DateTimeField(null=True)
    # When a client who is waited on is reminded next; an indexed due column for the sweep.
    remind_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    # When an unconfirmed incident is shown to the client anyway; an indexed due column for the sweep.
    publish_at = models.DateTimeField(null=True)
    # The older incident of the same failure; set exactly while this one is merged.
    merged_into = TenantForeignKey("self", models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta(ClientOwnedModel.Meta):
        ordering = ["-opened_at"]
        constraints = [
            IncidentSource.holds("source", "incidents_incident_source"),
            Severity.holds("severity", "incidents_incident_severity"),
            Party.holds("waiting_on", "incidents_incident_waiting_on", blank=True),
            models.UniqueConstraint(fields=["agency", "number"], name="incidents_incident_number"),
            models.UniqueConstraint(
                fields=["agency", "fingerprint"],
                condition=~Q(fingerprint="") & Q(state__in=IncidentState.open_values()),
                name="incidents_one_open_per_fingerprint",
            ),
            IncidentState.holds("state", "incidents_incident_state"),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                name="incidents_incident_merged",
            ),
            # A false alarm is never published.
            models.CheckConstraint(
                condition=~Q(state="false_alarm") | Q(publish_at__isnull=True, published_at__isnull=True),
                name="incidents_false_alarm_unpublished",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-opened_at"], name="incidents_by_state"),
            models.Index(fields=["agency", "system", "-opened_at"], name="incidents_by_system"),
            models.Index(fields=["publish_at"], name="incidents_publish_due", condition=Q(publish_at__isnull=False)),
            models.Index(fields=["remind_at"], name="incidents_remind_due", condition=Q(remind_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"INC-{self.number} {self.title}"

    @property
    def reference(self) -> str:
        """The name people say: INC-12."""
        return f"INC-{self.number}"

    @property
    def seconds_to_solve(self) -> float | None:
        """From its beginning to its solution, by the wall; None of what is not solved."""
        return (self.resolved_at - self.opened_at).total_seconds() if self.resolved_at else None


class IncidentEntry(ClientOwnedModel):
    """One entry of the timeline. Append-only; ``client_visible`` decides whether the portal ever reads it."""

    incident = TenantForeignKey(Incident, models.PROTECT, related_name="entries")
    at = models.DateTimeField(default=now)
    kind = models.CharField(max_length=16, choices=EntryKind.choices)
    client_visible = models.BooleanField(default=False)
    body = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)

    class Meta(ClientOwnedModel.Meta):
        ordering = ["at", "id"]
        constraints = [
            EntryKind.holds("kind", "incidents_entry_kind"),
        ]


class PauseDispute(ClientOwnedModel):
    """A client's request to look again at a wait that stopped the clocks. One for each wait."""

    incident = TenantForeignKey(Incident, models.PROTECT, related_name="disputes")
    # The line of the timeline with which the wait began.
    entry = TenantForeignKey(IncidentEntry, models.PROTECT, related_name="disputes")
    contact = TenantForeignKey("clients.Contact", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=DisputeState.choices, default=DisputeState.OPEN)
    answer = models.CharField(max_length=500, blank=True)
    decided_by_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta(ClientOwnedModel.Meta):
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "entry"], name="incidents_dispute_once"),
            DisputeState.holds("state", "incidents_dispute_state"),
        ]
