"""The improvement backlog: what was learned and is to be done."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from backlog.words import BacklogKind, BacklogState
from core.tenancy.fields import TenantForeignKey
from core.tenancy.models import ClientOwnedModel


class BacklogItem(ClientOwnedModel):
    """One possible improvement of one client's system, weighed by impact and risk (1 to 5 each)."""

    title = models.CharField(max_length=160)
    detail = models.TextField(blank=True)
    kind = models.CharField(max_length=14, choices=BacklogKind.choices)
    system = TenantForeignKey("clients.AISystem", models.PROTECT, null=True, blank=True, related_name="+")
    incident = TenantForeignKey("incidents.Incident", models.PROTECT, null=True, blank=True, related_name="+")
    impact = models.PositiveSmallIntegerField(null=True, blank=True)
    risk = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=BacklogState.choices, default=BacklogState.IDEA)

    class Meta(ClientOwnedModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            BacklogKind.holds("kind", "backlog_item_kind"),
            BacklogState.holds("state", "backlog_item_state"),
            models.CheckConstraint(condition=Q(impact=None) | Q(impact__range=(1, 5)), name="backlog_item_impact"),
            models.CheckConstraint(condition=Q(risk=None) | Q(risk__range=(1, 5)), name="backlog_item_risk"),
        ]

    def __str__(self) -> str:
        return self.title
