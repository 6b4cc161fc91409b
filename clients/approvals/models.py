"""Approvals, who may give them, and what was done about them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from clients.approvals.content import ShownSection, Subject, sections_of
from clients.approvals.words import ApprovalAct, ApprovalState
from core.tenancy.fields import TenantForeignKey
from core.tenancy.models import ClientOwnedModel
from core.vocabulary import Look


class Approval(ClientOwnedModel):
    """One version of something that the client is asked to agree to. What it says is frozen when it is asked."""

    subject_type = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    asked_by_id = models.UUIDField(null=True)
    expires_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=ApprovalState.choices, default=ApprovalState.OPEN)
    decided_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    # When somebody is reminded, or the time is over: whichever comes first.
    next_due_at = models.DateTimeField(null=True)

    class Meta(ClientOwnedModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            ApprovalState.holds("state", "clients_approval_state"),
            models.UniqueConstraint(
                fields=["agency", "subject_type", "subject_id", "version"], name="clients_approval_version"
            ),
            models.UniqueConstraint(
                fields=["agency", "subject_type", "subject_id"],
                condition=Q(state="open"),
                name="clients_approval_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | ~Q(state="open") & Q(decided_at__isnull=False),
                name="clients_approval_decided",
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")), name="clients_approval_expires"
            ),
        ]
        indexes = [
            models.Index(fields=["next_due_at"], name="clients_approval_due", condition=Q(next_due_at__isnull=False))
        ]

    @property
    def words(self) -> str:
        """What is said to the client beside it."""
        return str(self.content["words"])

    @property
    def sections(self) -> list[ShownSection]:
        """What the client is shown."""
        return sections_of(self.content)

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return Subject(self.subject_type, self.subject_id, self.client_id)


class Approver(ClientOwnedModel):
    """A contact who may decide it."""

    approval = TenantForeignKey(Approval, models.PROTECT, related_name="approvers")
    contact = TenantForeignKey("clients.Contact", models.PROTECT, related_name="+")

    class Meta(ClientOwnedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["agency", "approval", "contact"], name="clients_approver_once")]


class ApprovalEvent(ClientOwnedModel):
    """One thing that was done: by whom, when, from where, in which words. Never changed."""

    approval = TenantForeignKey(Approval, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=ApprovalAct.choices)
    at = models.DateTimeField()
    contact = TenantForeignKey("clients.Contact", models.PROTECT, null=True, related_name="+")
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    ip = models.GenericIPAddressField(null=True)
    words = models.CharField(max_length=2000, blank=True)
    # Of what was agreed outside the portal, the day on which.
    agreed_on = models.DateField(null=True)

    class Meta(ClientOwnedModel.Meta):
        ordering = ["at", "id"]
        constraints = [
            ApprovalAct.holds("kind", "clients_approval_event_kind"),
            # However often it is pressed.
            models.UniqueConstraint(
                fields=["agency", "approval"],
                condition=Q(kind__in=("approved", "declined", "offline", "superseded", "expired", "withdrawn")),
                name="clients_approval_ends_once",
            ),
        ]

    @property
    def look(self) -> Look:
        """Its icon and its tone."""
        return ApprovalAct(self.kind).look
