"""Clients, the people there, and the AI systems an agency looks after for them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

# Django looks for an app's models here.
from clients.approvals.models import Approval as Approval
from clients.approvals.models import ApprovalEvent as ApprovalEvent
from clients.approvals.models import Approver as Approver
from clients.words import Criticality, EnvironmentKind
from core.access.roles import Right
from core.tenancy.fields import TenantForeignKey
from core.tenancy.models import ClientOwnedModel, TenantModel


class Client(TenantModel):
    """A company that an agency looks after. Mail to its people is off until the agency goes live with it."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=40)
    time_zone = models.CharField(max_length=64, default="UTC")
    country = models.CharField(max_length=2, blank=True)
    live_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["agency", "slug"], name="clients_client_slug")]

    def __str__(self) -> str:
        return self.name


class Contact(ClientOwnedModel):
    """A person at a client, with the rights they hold. ``user`` is set once they have accepted an invitation."""

    name = models.CharField(max_length=120)
    email = models.EmailField()
    rights = ArrayField(models.CharField(max_length=10, choices=Right.choices), default=list)
    is_primary = models.BooleanField(default=False)
    user = models.ForeignKey("core.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="contacts")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientOwnedModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "client", "email"], name="clients_contact_email"),
            models.CheckConstraint(condition=Q(rights__contained_by=Right.values), name="clients_contact_rights"),
        ]

    def __str__(self) -> str:
        return self.name


class AISystem(ClientOwnedModel):
    """One AI automation in a client's business."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=40)
    purpose = models.CharField(max_length=300, blank=True)
    criticality = models.CharField(max_length=10, choices=Criticality.choices)
    customer_facing = models.BooleanField(default=False)
    owner = models.ForeignKey("core.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    paused_at = models.DateTimeField(null=True, blank=True)
    # Out of use: watched no more, and in no list. Its history stays.
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientOwnedModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "client", "slug"], name="clients_system_slug"),
            Criticality.holds("criticality", "clients_system_criticality"),
        ]

    def __str__(self) -> str:
        return self.name


class Environment(ClientOwnedModel):
    """Where a system runs: its production, and before it its preproduction."""

    system = TenantForeignKey(AISystem, models.CASCADE, related_name="environments")
    kind = models.CharField(max_length=16, choices=EnvironmentKind.choices)
    base_url = models.CharField(max_length=500, blank=True)

    class Meta(ClientOwnedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["agency", "system", "kind"], name="clients_environment_once"),
            EnvironmentKind.holds("kind", "clients_environment_kind"),
        ]
