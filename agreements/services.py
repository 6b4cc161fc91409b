"""Writes of tiers and retainers."""

from __future__ import annotations

import re
import uuid
from datetime import date
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from agreements import selectors
from agreements.catalogue import TIERS
from agreements.models import CoveredSystem, Retainer, RetainerState, TierInclusion, TierTemplate
from clients import selectors as clients
from core.audit import record, record_and_announce
from core.clock import now
from core.errors import Conflict, DomainError, NotFound
from slas import selectors as slas

MOST_MINUTES = 100_000
MOST_MINOR = 100_000_000_00


def install_catalogue() -> None:
    """The seven tiers for an agency that has none. A second call changes nothing."""
    with transaction.atomic():
        if TierTemplate.objects.exists():
            return
        made: dict[str, TierTemplate] = {}
        for position, tier in enumerate(TIERS):
            low, high = tier.price or (None, None)
            made[tier.slug] = TierTemplate.objects.create(
                slug=tier.slug,
                name=tier.name,
                family=tier.family,
                position=position,
                summary=tier.summary,
                best_for=tier.best_for,
                extends=made.get(tier.extends),
                price_min_minor=low,
                price_max_minor=high,
                hours_minutes=tier.hours_minutes,
                policy_slug=tier.policy,
            )
            for place, item in enumerate(tier.inclusions):
                TierInclusion.objects.create(
                    tier=made[tier.slug],
                    code=item.code,
                    kind=item.kind,
                    cadence=item.cadence,
                    quantity=item.quantity,
                    text=item.text,
                    position=place,
                )
        record(action="agreements.catalogue.installed", object_type="catalogue", object_id=None)


def create_retainer(
    *,
    client_id: uuid.UUID,
    tier_id: uuid.UUID | str,
    name: str,
    price_minor: int | None,
    currency: str,
    hours_minutes: int,
    time_zone: str,
    starts_on: date | None,
    ends_on: date | None = None,
    price_reason: str = "",
) -> Retainer:
    """A draft. A price outside the tier's range needs a reason, which is kept."""
    with transaction.atomic():
        client = clients.client(client_id)
        retainer = Retainer(client=client)
        _fill(
            retainer,
            tier_id=tier_id,
            name=name,
            price_minor=price_minor,
            currency=currency,
            hours_minutes=hours_minutes,
            time_zone=time_zone,
            starts_on=starts_on,
            ends_on=ends_on,
            price_reason=price_reason,
        )
        retainer.save(force_insert=True)
        _say("agreements.retainer.created", retainer)
    return retainer


def update_retainer(
    *,
    retainer_id: uuid.UUID,
    tier_id: uuid.UUID | str,
    name: str,
    price_minor: int | None,
    currency: str,
    hours_minutes: int,
    time_zone: str,
    starts_on: date | None,
    ends_on: date | None = None,
    price_reason: str = "",
) -> Retainer:
    """Changes a draft. What is active changes by an amendment, never by an edit."""
    with transaction.atomic():
        retainer = _locked(retainer_id)
        _only_draft(retainer)
        _fill(
            retainer,
            tier_id=tier_id,
            name=name,
            price_minor=price_minor,
            currency=currency,
            hours_minutes=hours_minutes,
            time_zone=time_zone,
            starts_on=starts_on,
            ends_on=ends_on,
            price_reason=price_reason,
        )
        retainer.save()
        _say("agreements.retainer.updated", retainer)
    return retainer


def cover_system(
    *, retainer_id: uuid.UUID, system_id: uuid.UUID | str, policy_version_id: uuid.UUID | str
) -> CoveredSystem:
    """Covers a system of the same client on a policy version. Covering it again signs another version."""
    with transaction.atomic():
        retainer = _locked(retainer_id)
        _only_draft(retainer)
        system = clients.system(uuid.UUID(str(system_id)))
        if system.client_id != retainer.client_id:
            raise NotFound(_("There is no such system."), field="system_id")
        version = slas.policy_version(uuid.UUID(str(policy_version_id)))
        link, _made = CoveredSystem.objects.update_or_create(
            retainer=retainer,
            system=system,
            defaults={"policy_version_id": version.id, "client_id": retainer.client_id},
        )
        record_and_announce(
            action="agreements.retainer.covered",
            object_type="retainer",
            object_id=retainer.id,
            client_id=retainer.client_id,
            changes={"system_id": str(system.id), "policy_version_id": str(version.id)},
        )
    return link


def activate(*, retainer_id: uuid.UUID) -> Retainer:
    """Starts a draft; refused while something that blocks is missing, which the message names."""
    with transaction.atomic():
        retainer = _locked(retainer_id)
        _only_draft(retainer)
        missing = [item.text for item in selectors.activation_checklist(retainer.id) if item.blocks and not item.done]
        if missing:
            raise Conflict(_("Not active yet. Still missing: %(items)s.") % {"items": "; ".join(missing)})
        retainer.state, retainer.activated_at = RetainerState.ACTIVE, now()
        retainer.save(update_fields=["state", "activated_at"])
        _say("agreements.retainer.activated", retainer)
    return retainer


def end_retainer(*, retainer_id: uuid.UUID, ends_on: date) -> Retainer:
    """Sets the first day on which the retainer no longer runs."""
    with transaction.atomic():
        retainer = _locked(retainer_id)
        if retainer.state not in selectors.RUNNING:
            raise Conflict(_("Only an active retainer can be ended."))
        if retainer.starts_on and ends_on <= retainer.starts_on:
            raise DomainError(_("The end must come after the first day."), field="ends_on")
        retainer.ends_on, retainer.state = ends_on, RetainerState.ENDING
        retainer.save(update_fields=["ends_on", "state"])
        _say("agreements.retainer.ending", retainer)
    return retainer


def _fill(
    retainer: Retainer,
    *,
    tier_id: uuid.UUID | str,
    name: str,
    price_minor: int | None,
    currency: str,
    hours_minutes: int,
    time_zone: str,
    starts_on: date | None,
    ends_on: date | None,
    price_reason: str,
) -> None:
    tier = selectors.tier(uuid.UUID(str(tier_id)))
    retainer.tier, retainer.name = tier, _text(name)
    retainer.currency, retainer.time_zone = _currency(currency), _zone(time_zone)
    if not 0 <= hours_minutes <= MOST_MINUTES:
        raise DomainError(_("Hours cannot be negative, and not more than 1,600 a month."), field="hours_minutes")
    if price_minor is not None and not 0 <= price_minor <= MOST_MINOR:
        raise DomainError(_("A price cannot be negative."), field="price_minor")
    if starts_on and ends_on and ends_on <= starts_on:
        raise DomainError(_("The end must come after the first day."), field="ends_on")
    retainer.price_reason = " ".join(price_reason.split())[:300]
    if _outside(tier, price_minor) and not retainer.price_reason:
        raise DomainError(
            _("This price is outside the plan's range. Say why; the reason is kept."), field="price_reason"
        )
    retainer.price_minor, retainer.hours_minutes = price_minor, hours_minutes
    retainer.starts_on, retainer.ends_on = starts_on, ends_on


def _outside(tier: TierTemplate, price_minor: int | None) -> bool:
    if price_minor is None or tier.price_min_minor is None or tier.price_max_minor is None:
        return False
    return not tier.price_min_minor <= price_minor <= tier.price_max_minor


def _locked(retainer_id: uuid.UUID) -> Retainer:
    retainer = Retainer.objects.select_for_update(of=("self",)).filter(id=retainer_id).first()
    if retainer is None:
        raise NotFound(_("There is no such retainer."), field="retainer_id")
    return retainer


def _only_draft(retainer: Retainer) -> None:
    if retainer.state != RetainerState.DRAFT:
        raise Conflict(_("This retainer is signed. What was signed is changed by an amendment, not by an edit."))


def _say(action: str, retainer: Retainer) -> None:
    record_and_announce(
        action=action,
        object_type="retainer",
        object_id=retainer.id,
        client_id=retainer.client_id,
        changes={"state": retainer.state},
    )


def _text(value: str) -> str:
    value = " ".join(value.split())
    if not value:
        raise DomainError(_("This is needed."), field="name")
    if len(value) > 80:
        raise DomainError(_("Use at most 80 characters."), field="name")
    return value


def _currency(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", value):
        raise DomainError(_("A currency is three letters, such as EUR."), field="currency")
    return value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise DomainError(_("There is no time zone called %(name)s.") % {"name": name}, field="time_zone") from error
    return name
