"""Reads of tiers and retainers; the same for dashboard, portal and API."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agreements.lint import contradictions
from agreements.models import CoveredSystem, Retainer, TierInclusion, TierTemplate
from agreements.watching import watched
from agreements.words import RetainerState
from clients import selectors as clients
from clients.holders import Archivable, Hold
from core.clock import now
from core.errors import NotFound
from slas import selectors as slas

if TYPE_CHECKING:
    from clients.models import AISystem

RUNNING = (RetainerState.ACTIVE, RetainerState.ENDING)
# What was signed once; its dates say for which instants. What began before an end is under it still.
SIGNED = (*RUNNING, RetainerState.ENDED)


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing a retainer needs. What ``blocks`` must be done before activation; the rest warns."""

    code: str
    text: str
    done: bool
    blocks: bool


def tiers() -> QuerySet[TierTemplate]:
    """The agency's catalogue, in its order."""
    return TierTemplate.objects.order_by("position")


def tier(tier_id: uuid.UUID) -> TierTemplate:
    """One tier; NotFound otherwise."""
    row = TierTemplate.objects.find(id=tier_id)
    if row is None:
        raise NotFound(_("There is no such plan."), field="tier_id")
    return row


def inclusions_of(tier_id: uuid.UUID) -> list[TierInclusion]:
    """Everything the tier includes, what it inherits first; NotFound without such a tier.

    What a tier says under a code it inherits takes the inherited one's place: monthly retraining replaces quarterly
    retraining instead of standing beside it. A chain that bites its tail ends at the bite.
    """
    extends = dict(TierTemplate.objects.values_list("id", "extends_id"))
    if tier_id not in extends:
        raise NotFound(_("There is no such plan."), field="tier_id")
    chain: list[uuid.UUID] = []
    current: uuid.UUID | None = tier_id
    while current and current not in chain:
        chain.append(current)
        current = extends.get(current)
    rows = list(TierInclusion.objects.filter(tier_id__in=chain).order_by("position"))
    merged = {row.code: row for link in reversed(chain) for row in rows if row.tier_id == link}
    return list(merged.values())


def retainers(client_id: uuid.UUID | None = None) -> QuerySet[Retainer]:
    """The retainers of the agency or of one client, with their tiers."""
    rows = Retainer.objects.select_related("tier").order_by("-created_at")
    return rows.filter(client_id=client_id) if client_id else rows


def ending() -> QuerySet[Retainer]:
    """Those that run and have an end, the next first."""
    return Retainer.objects.filter(state__in=RUNNING, ends_on__isnull=False).order_by("ends_on", "name")


def retainer(retainer_id: uuid.UUID) -> Retainer:
    """One retainer; NotFound otherwise."""
    row = retainers().filter(id=retainer_id).first()
    if row is None:
        raise NotFound(_("There is no such retainer."), field="retainer_id")
    return row


def covered_systems(retainer_id: uuid.UUID) -> list[CoveredSystem]:
    """The systems a retainer covers, each with the policy version it signed."""
    return list(CoveredSystem.objects.filter(retainer_id=retainer_id).order_by("created_at"))


def policy_version_for(system_id: uuid.UUID, at: datetime | None = None) -> uuid.UUID | None:
    """The policy version that is signed for the system at an instant, or None where no retainer covered it then."""
    instant = at or now()
    links = CoveredSystem.objects.filter(system_id=system_id, retainer__state__in=SIGNED).select_related("retainer")
    running = [link for link in links if _runs(link.retainer, instant)]
    return max(running, key=lambda link: link.created_at).policy_version_id if running else None


def covered_now(system_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the systems that a running retainer covers: what was signed for them is the promise."""
    links = CoveredSystem.objects.filter(system_id__in=set(system_ids), retainer__state__in=RUNNING)
    return {link.system_id for link in links.select_related("retainer") if _runs(link.retainer, now())}


def clients_on(policy_id: uuid.UUID) -> list[str]:
    """The clients with a retainer that has the policy and is not over. A draft has signed nothing yet."""
    links = CoveredSystem.objects.filter(policy_version__policy_id=policy_id, retainer__state__in=RUNNING)
    found = {link.client_id for link in links.select_related("retainer") if not is_over(link.retainer)}
    return [clients.client(client_id).name for client_id in found]


def retainers_holding(kind: Archivable, row_id: uuid.UUID) -> list[Hold]:
    """The running retainers of a client, or those that cover a system: neither is archived under a promise."""
    rows = Retainer.objects.filter(state__in=RUNNING).order_by("name")
    of_row = {"client": {"client_id": row_id}, "system": {"covered_systems__system_id": row_id}}[kind]
    text = _("The retainer %(name)s is running")
    return [
        Hold(text % {"name": row.name}, "retainer", str(row.id)) for row in rows.filter(**of_row) if not is_over(row)
    ]


def tier_names(system_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The plan that covers each system now, by system; those without a running retainer are left out."""
    links = CoveredSystem.objects.filter(system_id__in=set(system_ids), retainer__state__in=RUNNING)
    rows = links.select_related("retainer__tier").order_by("created_at")
    return {link.system_id: link.retainer.tier.name for link in rows if _runs(link.retainer, now())}


def _runs(row: Retainer, instant: datetime) -> bool:
    """Periods are half-open local dates in the retainer's own zone."""
    today: date = instant.astimezone(ZoneInfo(row.time_zone)).date()
    return bool(row.starts_on and row.starts_on <= today and (row.ends_on is None or today < row.ends_on))


def is_over(row: Retainer) -> bool:
    """Whether its end has come, in its own zone."""
    return has_ended(row.ends_on, row.time_zone)


def has_ended(ends_on: date | None, time_zone: str) -> bool:
    """Whether that day, the first after the end, has begun in that zone."""
    today: date = now().astimezone(ZoneInfo(time_zone)).date()
    return bool(ends_on and ends_on <= today)


def _policy_item(links: Sequence[CoveredSystem]) -> ChecklistItem:
    policies = {slas.policy_version(link.policy_version_id).policy for link in links}
    gone = sorted(policy.name for policy in policies if policy.archived_at is not None)
    text = _("Response times signed for each")
    if gone:
        text = _("Response times on offer instead of %(names)s, archived since") % {"names": ", ".join(gone)}
    return ChecklistItem("policy", text, bool(links) and not gone, True)


def _system_item(systems: Sequence[AISystem]) -> ChecklistItem:
    gone = sorted(system.name for system in systems if system.archived_at is not None)
    text = _("At least one covered system")
    if gone:
        text = _("No archived system: restore %(names)s") % {"names": ", ".join(gone)}
    return ChecklistItem("system", text, bool(systems) and not gone, True)


def unowned_system(retainer_id: uuid.UUID) -> AISystem | None:
    """The first covered system of high criticality that nobody owns; None where each has an owner."""
    systems = [clients.system(link.system_id) for link in covered_systems(retainer_id)]
    return next((row for row in systems if row.criticality == "high" and row.owner_id is None), None)


def unwatched_system(retainer_id: uuid.UUID) -> AISystem | None:
    """The first covered system that nothing watches; None where each is watched."""
    systems = [clients.system(link.system_id) for link in covered_systems(retainer_id)]
    known = watched(system.id for system in systems)
    return next((row for row in systems if row.id not in known), None)


def _wording_item(row: Retainer, links: Sequence[CoveredSystem]) -> ChecklistItem:
    """A client reads the plan and the response times on one page, so they must not say two things."""
    versions = [slas.policy_version(link.policy_version_id) for link in links]
    found = contradictions(inclusions_of(row.tier_id), versions)
    text = _("Plan and response times say the same")
    if found:
        text = _("Plan and response times contradict each other: %(found)s") % {"found": "; ".join(found)}
    return ChecklistItem("wording", text, bool(links) and not found, False)


def _check_item(systems: Sequence[AISystem]) -> ChecklistItem:
    """Whatever a plan says of alerts and availability, nobody notices anything of a system that is not watched."""
    known = watched(system.id for system in systems)
    unwatched = sorted(system.name for system in systems if system.id not in known)
    text = _("A check on each covered system")
    if unwatched:
        text = _("A check on %(names)s: nobody notices when it fails") % {"names": ", ".join(unwatched)}
    return ChecklistItem("check", text, bool(systems) and not unwatched, False)


def activation_checklist(retainer_id: uuid.UUID) -> list[ChecklistItem]:
    """What is set and what is missing."""
    row = retainer(retainer_id)
    client = clients.client(row.client_id)
    links = covered_systems(row.id)
    people = list(clients.contacts(row.client_id))
    systems = [clients.system(link.system_id) for link in links]
    critical = [system for system in systems if system.criticality == "high"]
    unowned = [system.name for system in critical if system.owner_id is None]
    owner_text = _("An owner for every system of high criticality")
    if unowned:
        owner_text = _("An owner for %(systems)s: high criticality needs one") % {"systems": ", ".join(unowned)}
    return [
        ChecklistItem("client", _("A client that is not archived"), client.archived_at is None, True),
        ChecklistItem("contact", _("A contact at the client"), bool(people), True),
        _system_item(systems),
        _policy_item(links),
        ChecklistItem("dates", _("A first day"), row.starts_on is not None, True),
        ChecklistItem("price", _("A price"), row.price_minor is not None, True),
        ChecklistItem("owner", owner_text, not unowned, True),
        _check_item(systems),
        _wording_item(row, links),
        ChecklistItem("hours", _("Hours a month"), row.hours_minutes > 0, False),
        ChecklistItem("backup", _("A second contact"), len(people) > 1, False),
        ChecklistItem("end", _("A last day or a review date"), row.ends_on is not None, False),
    ]
