"""One step for the incidents that are selected in the list, and one sentence that says what became of each."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from core.access.views import staff
from core.errors import DomainError, NotFound
from core.web.pages import go, refused
from incidents import permissions, selectors, services
from incidents.services.several import SAME_OWNER, Outcome
from incidents.states import IncidentState
from incidents.web.asked import LIST, NOBODY

# What an incident was before it could be acknowledged.
WAS: dict[str, str | Promise] = {
    IncidentState.ACKNOWLEDGED: gettext_lazy("acknowledged"),
    IncidentState.MITIGATED: gettext_lazy("mitigated"),
    IncidentState.RESOLVED: gettext_lazy("resolved"),
    IncidentState.CLOSED: gettext_lazy("closed"),
    IncidentState.FALSE_ALARM: gettext_lazy("called a false alarm"),
    IncidentState.MERGED: gettext_lazy("merged into another"),
    SAME_OWNER: gettext_lazy("with this owner"),
}


@staff(permissions.HANDLE)
@require_POST
def acknowledge(request: HttpRequest, agency: str) -> HttpResponse:
    """Acknowledges each of those that are selected, as its own page would."""

    def said(count: int) -> str:
        return ngettext("%(count)s acknowledged.", "%(count)s acknowledged.", count) % {"count": count}

    return _all(request, agency, lambda ids: services.acknowledge_several(incident_ids=ids), said)


@staff(permissions.HANDLE)
@require_POST
def assign(request: HttpRequest, agency: str) -> HttpResponse:
    """Gives each of those that are selected the same owner, or none."""
    chosen = request.POST.get("owner_id", "")
    people = {str(member.user_id): member for member in selectors.possible_owners()}
    if chosen != NOBODY and chosen not in people:
        return refused(request, DomainError(_("Choose who takes them.")), _back(request, agency))
    owner = people.get(chosen)

    def said(count: int) -> str:
        if owner is None:
            return ngettext("%(count)s without an owner now.", "%(count)s without an owner now.", count) % {
                "count": count
            }
        words = ngettext("%(count)s assigned to %(name)s.", "%(count)s assigned to %(name)s.", count)
        return words % {"count": count, "name": owner.user}

    def act(ids: list[uuid.UUID]) -> Outcome:
        return services.assign_several(incident_ids=ids, owner_id=owner.user_id if owner else None)

    return _all(request, agency, act, said)


def _all(
    request: HttpRequest, agency: str, act: Callable[[list[uuid.UUID]], Outcome], said: Callable[[int], str]
) -> HttpResponse:
    try:
        outcome = act(_chosen(request))
    except NotFound:
        # Of another agency, or never there: nothing to say a word about.
        raise
    except DomainError as error:
        return refused(request, error, _back(request, agency))
    lines = [said(len(outcome.done))] if outcome.done else []
    left = [*(_already(why, which) for why, which in outcome.already.items())]
    left += [f"{which}: {why}" for which, why in outcome.refused]
    messages.add_message(request, messages.WARNING if left else messages.SUCCESS, " ".join(lines + left))
    return go(request, _back(request, agency))


def _already(why: str, which: list[str]) -> str:
    words = ngettext("%(which)s was already %(so)s.", "%(which)s were already %(so)s.", len(which))
    return words % {"which": ", ".join(which), "so": WAS[why]}


def _chosen(request: HttpRequest) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(value) for value in request.POST.getlist("incident_id")]
    except ValueError as error:
        raise Http404 from error


def _back(request: HttpRequest, agency: str) -> str:
    """The list as it stood when the button was pressed."""
    return LIST.address(agency, request.POST.get("back", ""), "page")
