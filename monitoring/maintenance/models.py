"""When work on a system is planned."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.tenancy.fields import TenantForeignKey
from core.tenancy.models import ClientOwnedModel


class MaintenanceWindow(ClientOwnedModel):
    """Planned work on a system, announced before it begins. What nobody announced is downtime."""

    system = TenantForeignKey("clients.AISystem", models.PROTECT, related_name="+")
    title = models.CharField(max_length=160)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta(ClientOwnedModel.Meta):
        # Of the app that it began in.
        db_table = "backlog_maintenancewindow"
        ordering = ["starts_at"]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="backlog_window_order")]
        indexes = [models.Index(fields=["agency", "system", "starts_at"], name="backlog_window_of_system")]

    def __str__(self) -> str:
        return self.title
