"""Who is on call: a rota that turns by itself, people who are away, and single stretches that somebody else takes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.tenancy.fields import TenantForeignKey
from core.tenancy.models import TenantModel


class Rota(TenantModel):
    """People who take turns. A turn lasts ``turn_days`` and is handed over at the same wall time in ``zone``."""

    name = models.CharField(max_length=80)
    zone = models.CharField(max_length=60)
    # The local date on which the first of the people begins.
    first_day = models.DateField()
    handover_at = models.TimeField()
    turn_days = models.PositiveSmallIntegerField(default=7)
    # Ids of users in the order of their turns.
    people = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "name"], name="slas_rota_name"),
            models.CheckConstraint(condition=Q(turn_days__gte=1), name="slas_rota_turn"),
        ]

    def __str__(self) -> str:
        return self.name


class TimeOff(TenantModel):
    """A stretch in which somebody is not called; their turn goes to the next of the rota."""

    user = models.ForeignKey("core.User", on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=120, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["starts_at"]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slas_timeoff_order")]
        indexes = [models.Index(fields=["agency", "ends_at"], name="slas_timeoff_ends")]


class Override(TenantModel):
    """A stretch of a rota that somebody takes whoever's turn it is. Two of one rota never overlap."""

    rota = TenantForeignKey(Rota, models.CASCADE, related_name="overrides")
    user = models.ForeignKey("core.User", on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        ordering = ["starts_at"]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slas_override_order")]
        indexes = [models.Index(fields=["agency", "ends_at"], name="slas_override_ends")]
