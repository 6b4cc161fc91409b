"""Acknowledging from a notice: one page, one button, without signing in first, on a phone at three in the morning.

The link is for one person and one incident and lasts a day. Opening it changes nothing, because mail programs open
links on their own; pressing the button does.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import override
from django.views.decorators.http import require_http_methods

from clients import selectors as clients
from core.access.roles import Capability, may
from core.access.views import public
from core.clock import now
from core.errors import DomainError, NotFound
from core.models import Membership
from core.selectors import agency as own_agency
from core.selectors import member_of_user, names_of
from core.tenancy import Actor, tenant_scope
from core.web.signed import unsign
from incidents import selectors as incidents
from incidents import services
from incidents.states import Action, allowed
from retainer.notifications.addressees import ACKNOWLEDGE, ACKNOWLEDGE_LASTS
from slas import selectors as slas


@public
@require_http_methods(["GET", "POST"])
def notice(request: HttpRequest, token: str) -> HttpResponse:
    """What is wrong, how much time is left, and the button."""
    ids = unsign(ACKNOWLEDGE, token, ACKNOWLEDGE_LASTS)
    if ids is None:
        return _gone(request)
    with tenant_scope(ids["agency"], actor=Actor("user", ids["user"])):
        member = member_of_user(ids["user"])
        if member is None or not _may_act(member):
            return _gone(request)
    actor = Actor("user", ids["user"], member.role, str(getattr(request, "request_id", "")))
    with tenant_scope(ids["agency"], actor=actor), override(member.user.time_zone):
        return _notice(request, ids, member)


def _may_act(member: Membership) -> bool:
    """Whether they could do the same once signed in."""
    return may(member.role, Capability.WORK) and member.user.is_active and own_agency().suspended_at is None


def _notice(request: HttpRequest, ids: Mapping[str, uuid.UUID], member: Membership) -> HttpResponse:
    try:
        row = incidents.incident(ids["incident"])
    except NotFound:
        return _gone(request)
    said = ""
    if request.method == "POST" and allowed(Action.ACKNOWLEDGE, row.state):
        try:
            row = services.acknowledge(incident_id=row.id)
        except DomainError as error:
            # Somebody else was faster by a moment.
            said, row = error.message, incidents.incident(row.id)
    house = own_agency()
    views = slas.clock_views(slas.current(slas.clocks_of("incident", row.id)), now(), member.user.time_zone)
    context = {
        "incident": row,
        "said": said,
        "agency": house,
        "member": member,
        "client": clients.client(row.client_id),
        "system": clients.system(row.system_id),
        "open": allowed(Action.ACKNOWLEDGE, row.state),
        "owner": names_of([row.owner_id]).get(row.owner_id, "") if row.owner_id else "",
        "clocks": [view for view in views if view.ended_at is None],
    }
    return render(request, "entry/notice.html", context)


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "entry/notice_gone.html", status=404)
