"""Writes of tiers and retainers."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Unpack

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agreements import events, selectors, values
from agreements.catalogue import TIERS
from agreements.content import RetainerFields
from agreements.models import CoveredSystem, Retainer, TierInclusion, TierTemplate
from agreements.words import RetainerState
from clients import selectors as clients
from clients.values import optional_text, text, zone
from core import due
from core.audit import record, record_and_announce
from core.clock import now
from core.errors import Conflict, DomainError, NotFound
from core.selectors import agency
from slas import services as slas


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
        record(action=events.CATALOGUE_INSTALLED, object_type="catalogue", object_id=None)


def create_retainer(*, client_id: uuid.UUID, **content: Unpack[RetainerFields]) -> Retainer:
    """A draft. A price outside the tier's range needs a reason, which is kept; without hours it has the tier's."""
    with transaction.atomic():
        client = clients.client(client_id)
        retainer = Retainer(client=client)
        _fill(retainer, content)
        retainer.save(force_insert=True)
        emit(events.RETAINER_CREATED, retainer)
    return retainer


def update_retainer(*, retainer_id: uuid.UUID, **content: Unpack[RetainerFields]) -> Retainer:
    """Changes a draft. What is active changes by an amendment, never by an edit."""
    with transaction.atomic():
        retainer = locked_retainer(retainer_id)
        only_draft(retainer)
        _fill(retainer, content)
        retainer.save()
        emit(events.RETAINER_UPDATED, retainer)
    return retainer


def cover_system(
    *, retainer_id: uuid.UUID, system_id: uuid.UUID | str, policy_version_id: uuid.UUID | str
) -> CoveredSystem:
    """Covers a system of the same client on a policy version. Covering it again signs another version."""
    with transaction.atomic():
        retainer = locked_retainer(retainer_id)
        only_draft(retainer)
        system = clients.system(values.row_id(system_id, "system_id"))
        if system.client_id != retainer.client_id:
            raise NotFound(_("There is no such system."), field="system_id")
        if system.archived_at is not None:
            raise Conflict(_("This system is archived. Restore it first."))
        version = slas.version_to_sign(values.row_id(policy_version_id, "policy_version_id"))
        link, _made = CoveredSystem.objects.update_or_create(
            retainer=retainer,
            system=system,
            defaults={"policy_version_id": version.id, "client_id": retainer.client_id},
        )
        record_and_announce(
            action=events.RETAINER_COVERED,
            object_type="retainer",
            object_id=retainer.id,
            client_id=retainer.client_id,
            changes={"system_id": str(system.id), "policy_version_id": str(version.id)},
        )
    return link


def activate(*, retainer_id: uuid.UUID) -> Retainer:
    """Starts what was accepted, or a draft that was agreed elsewhere; refused while something that blocks is missing,
    which the message names."""
    with transaction.atomic():
        retainer = locked_retainer(retainer_id)
        if retainer.state != RetainerState.ACCEPTED:
            only_draft(retainer)
        missing = [item.text for item in selectors.activation_checklist(retainer.id) if item.blocks and not item.done]
        if missing:
            raise Conflict(_("Not active yet. Still missing: %(items)s.") % {"items": "; ".join(missing)})
        hold_what_it_signs(retainer)
        retainer.state, retainer.activated_at = RetainerState.ACTIVE, now()
        retainer.save(update_fields=["state", "activated_at"])
        emit(events.RETAINER_ACTIVATED, retainer)
    return retainer


def hold_what_it_signs(retainer: Retainer) -> None:
    """Until the transaction ends, so that nobody archives it; a Conflict where somebody has."""
    for link in selectors.covered_systems(retainer.id):
        slas.version_to_sign(link.policy_version_id)


def end_retainer(*, retainer_id: uuid.UUID, ends_on: date) -> Retainer:
    """Sets the first day on which the retainer no longer runs."""
    with transaction.atomic():
        retainer = locked_retainer(retainer_id)
        if retainer.state not in selectors.RUNNING:
            raise Conflict(_("Only an active retainer can be ended."))
        values.period(retainer.starts_on, ends_on)
        retainer.ends_on, retainer.state = ends_on, RetainerState.ENDING
        if not selectors.is_over(retainer):
            # It may have been over, and what it signed may have been archived since.
            hold_what_it_signs(retainer)
        retainer.save(update_fields=["ends_on", "state"])
        emit(events.RETAINER_ENDING, retainer)
    return retainer


def end_due(*, limit: int = due.AT_ONCE) -> int:
    """Ends the retainers whose end has come, each in its own zone; returns how many."""
    return due.work_off(_ending, _end, limit=limit)


def _ending() -> QuerySet[Retainer]:
    # A day begins first at UTC+14; which of these are over is said by each one's zone.
    today = (now() + timedelta(hours=14)).date()
    return Retainer.objects.filter(state__in=selectors.RUNNING, ends_on__lte=today).order_by("ends_on")


def _end(retainer: Retainer) -> bool:
    if not selectors.is_over(retainer):
        return False
    retainer.state = RetainerState.ENDED
    retainer.save(update_fields=["state"])
    emit(events.RETAINER_ENDED, retainer)
    return True


def _fill(retainer: Retainer, content: RetainerFields) -> None:
    tier = selectors.tier(values.row_id(content["tier_id"], "tier_id"))
    price, hours = content["price_minor"], content["hours_minutes"]
    retainer.tier, retainer.name = tier, text(content["name"], "name", 80)
    retainer.currency, retainer.time_zone = values.currency(content["currency"]), zone(content["time_zone"])
    retainer.price_minor = None if price is None else values.price(price)
    retainer.hours_minutes = tier.hours_minutes if hours is None else values.hours(hours)
    retainer.starts_on, retainer.ends_on = values.period(content["starts_on"], content.get("ends_on"))
    retainer.price_reason = optional_text(content.get("price_reason", ""), "price_reason", 300)
    asked = _why_asked(tier, retainer)
    if asked and not retainer.price_reason:
        raise DomainError(asked, field="price_reason")


def _why_asked(tier: TierTemplate, retainer: Retainer) -> str:
    """Why the price wants a reason; empty where it lies in the tier's range, or there is none of either.

    The range is in the agency's currency. No sum is compared with one of another, so nobody can tell whether that is
    within it.
    """
    low, high, price, own = tier.price_min_minor, tier.price_max_minor, retainer.price_minor, agency().currency
    if price is None or low is None or high is None:
        return ""
    if retainer.currency != own:
        words = {"currency": retainer.currency, "own": own}
        return _("The plan's range is in %(own)s, and this price in %(currency)s. Say why; the reason is kept.") % words
    outside = _("This price is outside the plan's range. Say why; the reason is kept.")
    return "" if low <= price <= high else outside


def locked_retainer(retainer_id: uuid.UUID) -> Retainer:
    """The retainer, its row locked until the transaction ends; NotFound otherwise."""
    retainer = Retainer.objects.select_for_update(of=("self",)).filter(id=retainer_id).first()
    if retainer is None:
        raise NotFound(_("There is no such retainer."), field="retainer_id")
    return retainer


def only_draft(retainer: Retainer) -> None:
    """Conflict where the client has it before them, or has signed it."""
    if retainer.state == RetainerState.PROPOSED:
        raise Conflict(
            _("This retainer is proposed. Withdraw the proposal first, so that nobody accepts what changes.")
        )
    if retainer.state != RetainerState.DRAFT:
        raise Conflict(_("This retainer is signed. What was signed is changed by an amendment, not by an edit."))


def emit(action: str, retainer: Retainer) -> None:
    """The audit row and the event of a change."""
    record_and_announce(
        action=action,
        object_type="retainer",
        object_id=retainer.id,
        client_id=retainer.client_id,
        changes={"state": retainer.state},
    )
