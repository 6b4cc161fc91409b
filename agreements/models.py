"""Tiers and the retainers sold on them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from agreements.words import Cadence, InclusionKind, RetainerState, TierFamily
from core.tenancy.fields import TenantForeignKey
from core.tenancy.models import ClientOwnedModel, TenantModel


class TierTemplate(TenantModel):
    """One tier of the agency's catalogue: data, editable, never looked up for a target."""

    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    family = models.CharField(max_length=10, choices=TierFamily.choices)
    position = models.PositiveSmallIntegerField()
    summary = models.CharField(max_length=300)
    best_for = models.CharField(max_length=300, blank=True)
    extends = TenantForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    price_min_minor = models.BigIntegerField(null=True)
    price_max_minor = models.BigIntegerField(null=True)
    hours_minutes = models.PositiveIntegerField(default=0)
    policy_slug = models.SlugField(max_length=40, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["position"]
        constraints = [
            TierFamily.holds("family", "agreements_tier_family"),
            models.UniqueConstraint(fields=["agency", "slug"], name="agreements_tier_slug"),
            models.CheckConstraint(
                condition=Q(price_min_minor=None) | Q(price_max_minor__gte=F("price_min_minor")),
                name="agreements_tier_price_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TierInclusion(TenantModel):
    """One thing a tier includes. "Everything in tier N, plus" is ``extends``, not a copy."""

    tier = TenantForeignKey(TierTemplate, models.CASCADE, related_name="inclusions")
    code = models.SlugField(max_length=40)
    kind = models.CharField(max_length=12, choices=InclusionKind.choices)
    cadence = models.CharField(max_length=10, choices=Cadence.choices)
    quantity = models.PositiveSmallIntegerField(default=1)
    text = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        ordering = ["position"]
        constraints = [
            InclusionKind.holds("kind", "agreements_inclusion_kind"),
            Cadence.holds("cadence", "agreements_inclusion_cadence"),
            models.UniqueConstraint(fields=["agency", "tier", "code"], name="agreements_inclusion_code"),
        ]


class Retainer(ClientOwnedModel):
    """What one client has bought: tier, price, hours, dates. Periods are local dates in ``time_zone``."""

    name = models.CharField(max_length=80)
    tier = TenantForeignKey(TierTemplate, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=RetainerState.choices, default=RetainerState.DRAFT)
    currency = models.CharField(max_length=3)
    price_minor = models.BigIntegerField(null=True)
    price_reason = models.CharField(max_length=300, blank=True)
    hours_minutes = models.PositiveIntegerField(default=0)
    time_zone = models.CharField(max_length=64)
    starts_on = models.DateField(null=True)
    # Half-open: the first day on which the retainer no longer runs.
    ends_on = models.DateField(null=True, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientOwnedModel.Meta):
        ordering = ["name"]
        constraints = [
            RetainerState.holds("state", "agreements_retainer_state"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gt=F("starts_on")),
                name="agreements_retainer_dates",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ends_on"],
                name="agreements_retainer_ends",
                condition=Q(state__in=("active", "ending"), ends_on__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name


class CoveredSystem(ClientOwnedModel):
    """The link between a retainer and a system, on which the signed policy version hangs."""

    retainer = TenantForeignKey(Retainer, models.CASCADE, related_name="covered_systems")
    system = TenantForeignKey("clients.AISystem", models.PROTECT, related_name="+")
    policy_version = TenantForeignKey("slas.PolicyVersion", models.PROTECT, related_name="+")

    class Meta(ClientOwnedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["agency", "retainer", "system"], name="agreements_covered_once")]
