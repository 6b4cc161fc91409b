"""Support hours, their versions, and public holidays that are proposed for them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Upper

from core.clock import now
from core.tenancy.fields import TenantForeignKey
from core.tenancy.models import TenantModel
from slas.states import ProposalState


class Calendar(TenantModel):
    """Support hours under one name. What they are stands in its versions."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=40)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "slug"], name="slas_calendar_slug"),
            # As the look-up for one of this name asks for it.
            models.UniqueConstraint("agency", Upper("name"), name="slas_calendar_name"),
        ]

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


class HolidayFeed(TenantModel):
    """Whose public holidays are proposed for a calendar: ISO 3166 country, and its region as the feed names it."""

    calendar = TenantForeignKey(Calendar, models.CASCADE, related_name="feeds")
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=10, blank=True)
    # When it is read again: new years come within reach.
    next_due_at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["agency", "calendar"], name="slas_holidayfeed_once")]
        indexes = [models.Index(fields=["next_due_at"], name="slas_holidayfeed_due")]


class HolidayProposal(TenantModel):
    """A public holiday that a feed knows of. It moves no deadline until somebody closes the calendar on it."""

    calendar = TenantForeignKey(Calendar, models.CASCADE, related_name="proposals")
    date = models.DateField()
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=ProposalState.choices, default=ProposalState.PROPOSED)
    decided_by_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "calendar", "date"], name="slas_holiday_once"),
            ProposalState.holds("state", "slas_holiday_state"),
        ]
