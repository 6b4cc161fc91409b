"""What a contact who may approve does on pages of their own: the portal itself writes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from clients.selectors import PortalPlace, portal_places_of
from core.access.roles import Right
from core.tenancy import Actor, tenant_scope
from core.web.addresses import client_ip
from retainer.errors import not_found
from retainer.viewer import person_of


def as_approver(
    request: HttpRequest, agency_id: uuid.UUID, answer: Callable[[PortalPlace], HttpResponse | None]
) -> HttpResponse:
    """The answer of the client of this agency that has one, of those where the person may approve, in its scope; else
    what an address that never was is answered with."""
    user = person_of(request)
    for place in portal_places_of(user.id):
        if place.agency_id == agency_id and Right.APPROVER in place.rights:
            request_id = str(getattr(request, "request_id", ""))
            actor = Actor("contact", user.id, ",".join(place.rights), request_id, client_ip(request))
            with tenant_scope(place.agency_id, client_id=place.client_id, actor=actor):
                found = answer(place)
                if found is not None:
                    return found
    return not_found(request)
