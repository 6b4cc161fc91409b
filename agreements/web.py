"""Pages of retainers and of the agency's plans."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agreements import permissions, proposing, selectors, services
from agreements.content import RetainerFields
from agreements.forms import CoverFields, CoverForm, EndFields, EndForm, RetainerForm
from agreements.models import Retainer, TierTemplate
from agreements.words import RetainerState
from clients import selectors as clients
from core.access.views import staff
from core.errors import DomainError
from core.format import money
from core.selectors import agency as own_agency
from core.web.forms import Screen, form_page
from core.web.pages import done, listed, page, refused
from slas import selectors as slas

if TYPE_CHECKING:
    from slas.policies.models import PolicyVersion


@staff(permissions.SEE)
@require_GET
def retainer_list(request: HttpRequest, agency: str) -> HttpResponse:
    """Every retainer."""
    rows = selectors.retainers().select_related("client", "tier")
    context = {"page": listed(request, rows), "breadcrumbs": [{"label": _("Retainers"), "url": ""}]}
    return page(request, "agreements/list.html", context)


@staff(permissions.SEE)
@require_GET
def tiers(request: HttpRequest, agency: str) -> HttpResponse:
    """The plans side by side, rendered from the same data that schedules the work."""
    rows = [(tier, selectors.inclusions_of(tier.id)) for tier in selectors.tiers()]
    context = {"tiers": rows, "currency": own_agency().currency, "breadcrumbs": [{"label": _("Plans"), "url": ""}]}
    return page(request, "agreements/tiers.html", context)


@staff(permissions.SEE)
@require_GET
def retainer(request: HttpRequest, agency: str, retainer_id: uuid.UUID) -> HttpResponse:
    """One retainer: plan, price, hours, covered systems, what is still missing."""
    row = selectors.retainer(retainer_id)
    covered = selectors.covered_systems(row.id)
    checklist = selectors.activation_checklist(row.id)
    client = clients.client(row.client_id)
    ready = all(item.done or not item.blocks for item in checklist)
    context = {
        "retainer": row,
        "ready": ready,
        "can_start": ready and row.state in (RetainerState.DRAFT, RetainerState.ACCEPTED),
        "can_go_back": row.state in (RetainerState.PROPOSED, RetainerState.ACCEPTED),
        "client": client,
        "inclusions": selectors.inclusions_of(row.tier_id),
        "approval": proposing.newest_of(row),
        "checklist": [(item, _mend(agency, row, client.slug, item.code)) for item in checklist],
        "covered": [
            {
                "system": clients.system(link.system_id),
                "version": slas.policy_version(link.policy_version_id),
                "targets": slas.target_table(link.policy_version_id),
            }
            for link in covered
        ],
        "breadcrumbs": _crumbs(agency, row.name),
    }
    return page(request, "agreements/retainer.html", context)


def _mend(agency: str, row: Retainer, client: str, code: str) -> str:
    """The form that puts right what an item of the checklist misses."""
    if code == "owner":
        unowned = selectors.unowned_system(row.id)
        return reverse("clients:edit_system", args=[agency, client, unowned.slug]) if unowned else ""
    if code == "check":
        unwatched = selectors.unwatched_system(row.id)
        return reverse("monitoring:new_check", args=[agency, client, unwatched.slug]) if unwatched else ""
    of_client = {"contact": "clients:new_contact", "backup": "clients:new_contact", "client": "dashboard:client"}
    if code in of_client:
        return reverse(of_client[code], args=[agency, client])
    covers = code in ("system", "policy", "wording")
    return reverse("agreements:cover" if covers else "agreements:edit", args=[agency, row.id])


@staff(permissions.CHANGE_RETAINERS)
@require_http_methods(["GET", "POST"])
def new_retainer(request: HttpRequest, agency: str, client: str) -> HttpResponse:
    """A new retainer as a draft; it runs only once it is activated."""
    row = clients.client_by_slug(client)
    initial = {"time_zone": row.time_zone, "currency": own_agency().currency, "name": _("AI care")}
    form = RetainerForm(request.POST or None, initial=initial, tiers=_tier_choices())
    screen = Screen(
        title=_("New retainer for %(client)s") % {"client": row.name},
        submit=_("Create draft"),
        back=reverse("dashboard:client", args=[agency, client]),
        breadcrumbs=_crumbs(agency, _("New")),
    )

    def save(data: RetainerFields) -> tuple[str, str]:
        made = services.create_retainer(client_id=row.id, **data)
        said = _("Draft created. Cover a system and sign its response times next.")
        return said, reverse("agreements:retainer", args=[agency, made.id])

    return form_page(request, form, screen, save)


@staff(permissions.CHANGE_RETAINERS)
@require_http_methods(["GET", "POST"])
def edit_retainer(request: HttpRequest, agency: str, retainer_id: uuid.UUID) -> HttpResponse:
    """Changes a retainer that is not active yet."""
    row = selectors.retainer(retainer_id)
    back = reverse("agreements:retainer", args=[agency, row.id])
    form = RetainerForm(request.POST or None, initial=RetainerForm.initial_of(row), tiers=_tier_choices())
    screen = Screen(_("Edit retainer"), _("Save retainer"), back, breadcrumbs=_crumbs(agency, row.name))

    def save(data: RetainerFields) -> tuple[str, str]:
        services.update_retainer(retainer_id=row.id, **data)
        return _("Saved."), back

    return form_page(request, form, screen, save)


@staff(permissions.CHANGE_RETAINERS)
@require_http_methods(["GET", "POST"])
def cover(request: HttpRequest, agency: str, retainer_id: uuid.UUID) -> HttpResponse:
    """Covers a system, on the response times it signs."""
    row = selectors.retainer(retainer_id)
    back = reverse("agreements:retainer", args=[agency, row.id])
    systems = clients.systems(client_id=row.client_id)
    form = CoverForm(
        request.POST or None,
        systems=[(str(one.id), f"{one.name} · {one.get_criticality_display()}") for one in systems],
        versions=[(str(version.id), _proposed(version, row)) for version in slas.latest_policy_versions()],
    )
    screen = Screen(
        title=_("Cover a system"),
        submit=_("Cover system"),
        back=back,
        help=_("The response times hang on this link: a chatbot and a batch job under one retainer may differ."),
        breadcrumbs=_crumbs(agency, row.name),
    )

    def save(data: CoverFields) -> tuple[str, str]:
        services.cover_system(retainer_id=row.id, **data)
        return _("Covered."), back

    return form_page(request, form, screen, save)


def _proposed(version: PolicyVersion, row: Retainer) -> str:
    """A policy version with the reasons for choosing it: the plan names it, or a criticality does."""
    reasons = []
    if version.policy.slug == row.tier.policy_slug:
        reasons.append(_("goes with the plan %(plan)s") % {"plan": row.tier.name})
    if version.policy.default_for:
        label = clients.criticality_label(version.policy.default_for)
        reasons.append(_("proposed for %(criticality)s") % {"criticality": label.lower()})
    return " · ".join([str(version), *reasons])


@staff(permissions.CHANGE_RETAINERS)
@require_POST
def activate(request: HttpRequest, agency: str, retainer_id: uuid.UUID) -> HttpResponse:
    """Starts the retainer, or says what is missing."""
    row = selectors.retainer(retainer_id)
    back = reverse("agreements:retainer", args=[agency, row.id])
    try:
        services.activate(retainer_id=row.id)
    except DomainError as error:
        return refused(request, error, back)
    return done(request, _("Active. The promises hold from now on."), back)


@staff(permissions.CHANGE_RETAINERS)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, agency: str, retainer_id: uuid.UUID) -> HttpResponse:
    """Ends the retainer on a date; its history stays."""
    row = selectors.retainer(retainer_id)
    back = reverse("agreements:retainer", args=[agency, row.id])
    screen = Screen(
        title=_("End %(name)s") % {"name": row.name},
        submit=_("End retainer"),
        back=back,
        help=_("From that day on no promise runs for its systems. Open incidents keep their clocks."),
        breadcrumbs=_crumbs(agency, row.name),
    )

    def save(data: EndFields) -> tuple[str, str]:
        services.end_retainer(retainer_id=row.id, **data)
        return _("The end is set."), back

    return form_page(request, EndForm(request.POST or None), screen, save)


def _tier_choices() -> list[tuple[str, str]]:
    currency = own_agency().currency
    return [(str(tier.id), _with_price(tier, currency)) for tier in selectors.tiers()]


def _with_price(tier: TierTemplate, currency: str) -> str:
    if tier.price_min_minor is None or tier.price_max_minor is None:
        return str(tier.name)
    return _("%(name)s (%(least)s to %(most)s a month)") % {
        "name": tier.name,
        "least": money(tier.price_min_minor, currency),
        "most": money(tier.price_max_minor, currency),
    }


def _crumbs(agency: str, label: str) -> list[dict[str, str]]:
    return [{"label": _("Retainers"), "url": reverse("agreements:list", args=[agency])}, {"label": label, "url": ""}]
