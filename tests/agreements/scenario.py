"""What the tests of agreements share: a house with its catalogue, drafts on it, and what a retainer needs to start."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from agreements import selectors, services
from agreements.models import Retainer, TierTemplate
from core import clock
from slas import selectors as slas
from slas import services as sla_services
from tests.cast import AgencyFixture


class AgreementScenario:
    """One house with plans and policies. Everything but ``at`` is called inside a scope of the house."""

    def __init__(self, house: AgencyFixture) -> None:
        self.house = house
        with house.scope():
            sla_services.install_catalogue()
            services.install_catalogue()
            self.tiers = {tier.slug: tier for tier in selectors.tiers()}
            self.policies = {row.policy.slug: row.id for row in slas.latest_policy_versions()}

    @contextmanager
    def at(self, moment: str) -> Iterator[None]:
        """The house's scope at an instant such as "2026-06-01 08:00", in UTC."""
        with clock.at(datetime.fromisoformat(moment).replace(tzinfo=UTC)), self.house.scope():
            yield

    def tier(self, slug: str = "monitoring") -> TierTemplate:
        """One of the seven."""
        return self.tiers[slug]

    def terms(self, tier: str = "monitoring", **more: Any) -> dict[str, Any]:
        """Terms that nobody can object to, but for what is named."""
        return {
            "tier_id": self.tier(tier).id,
            "name": "Care",
            "price_minor": 40_000,
            "currency": "EUR",
            "hours_minutes": 240,
            "time_zone": "Europe/Berlin",
            "starts_on": date(2026, 1, 1),
        } | more

    def draft(self, tier: str = "monitoring", **more: Any) -> Retainer:
        """A draft for the house's client."""
        return services.create_retainer(client_id=self.house.client.id, **self.terms(tier, **more))

    def cover(self, retainer: Retainer, policy: str = "standard", system_id: uuid.UUID | None = None) -> None:
        """Covers the house's system, or another, on a policy."""
        services.cover_system(
            retainer_id=retainer.id,
            system_id=system_id or self.house.system.id,
            policy_version_id=self.policies[policy],
        )

    def own_the_system(self) -> None:
        """The cast's system is of high criticality, which needs an owner."""
        self.house.system.owner_id = self.house.engineer.id
        self.house.system.save()

    def active(self, policy: str = "standard", **more: Any) -> Retainer:
        """A retainer that runs."""
        self.own_the_system()
        retainer = self.draft(**more)
        self.cover(retainer, policy)
        return services.activate(retainer_id=retainer.id)

    def blocking(self, retainer: Retainer) -> set[str]:
        """The codes of what still blocks the retainer."""
        return {row.code for row in selectors.activation_checklist(retainer.id) if row.blocks and not row.done}
