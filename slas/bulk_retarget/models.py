"""Open clocks on their way to newer terms."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.clock import now
from core.tenancy.fields import TenantForeignKey
from core.tenancy.models import TenantModel
from slas.calendars.models import CalendarVersion
from slas.policies.models import PolicyVersion
from slas.states import MoveState


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
    # How many clocks each word is true of so far: moved, later, sooner, missed, no_longer_at_risk,
    # dropped, same, signed, failed.
    counts = models.JSONField(default=dict)
    asked_by_id = models.UUIDField(null=True)
    finished_at = models.DateTimeField(null=True)
    next_due_at = models.DateTimeField(null=True, default=now)

    class Meta(TenantModel.Meta):
        constraints = [
            MoveState.holds("state", "slas_move_state"),
            models.CheckConstraint(
                condition=Q(policy_version__isnull=True) ^ Q(calendar_version__isnull=True), name="slas_move_to_one"
            ),
        ]
        indexes = [
            models.Index(fields=["next_due_at"], name="slas_move_due", condition=Q(next_due_at__isnull=False)),
            models.Index(fields=["agency", "-created_at"], name="slas_move_newest"),
        ]

    def counted(self, word: str) -> int:
        """How many clocks the word is true of."""
        # What moves of long ago wrote.
        former = {"no_longer_at_risk": "relieved"}.get(word, word)
        return int(self.counts.get(word, self.counts.get(former, 0)))
