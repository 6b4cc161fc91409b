"""The first wall: who may come in at which address, checked on every request.

The tenant comes from the path and the signed-in person, or from the token; no header, parameter or session value
chooses it. A route that does not declare its access lets nobody in.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import structlog
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.selectors import place_in_portal
from core import tokens
from core.access.roles import Capability, may
from core.access.views import Access, access_of
from core.errors import NotFound
from core.selectors import memberships_of
from core.tenancy import Actor, Scope, portal_scope, tenant_scope
from core.web.addresses import client_ip
from core.web.problems import problem_response
from retainer.accounts import sessions
from retainer.errors import bad_request, forbidden, not_found
from retainer.viewer import membership_of, person_of

Next = Callable[[HttpRequest], HttpResponse]

# Routes of other packages, which know no agency: signing in and out, and the files of the pages.
FOREIGN_PREFIXES = ("accounts/", "static/")


class AccessMiddleware:
    """Finds out who is asking for what, refuses or opens the scope, and runs the view and its rendering in it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # No text in PostgreSQL holds a null character, so no search, filter or cursor with one can mean anything.
        if any("\x00" in value for values in request.GET.lists() for value in (values[0], *values[1])):
            return bad_request(request)
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        access = access_of(match.func)
        if access is None:
            if match.route.startswith(FOREIGN_PREFIXES):
                sessions.is_alive(request)
                return self.get_response(request)
            raise ImproperlyConfigured(f"{match.route} does not say who may come in.")
        return self._enter(request, match, access)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What no selector or service could find is nowhere, for this reader."""
        return not_found(request) if isinstance(exception, NotFound) else None

    def _enter(self, request: HttpRequest, match: ResolverMatch, access: Access) -> HttpResponse:
        if access.face == "public":
            return self.get_response(request)
        if access.face == "api":
            return self._api(request, access)
        if not sessions.is_alive(request):
            return to_login(request)
        with timezone.override(_zone_of(request)):
            if access.face == "account":
                return self.get_response(request)
            if access.face == "portal":
                return self._portal(request, match)
            return self._staff(request, match, access)

    def _staff(self, request: HttpRequest, match: ResolverMatch, access: Access) -> HttpResponse:
        user = person_of(request)
        places = memberships_of(user.id)
        place = next((place for place in places if place.slug == match.kwargs["agency"]), None)
        if place is None:
            return not_found(request)
        if not may(place.role, access.capability):
            return forbidden(request)
        if access.confirmed and not did_recently_reauthenticate(request):
            return _to_confirm(request, reverse(access.confirmed, args=[place.slug]))
        request.places, request.place = places, place  # type: ignore[attr-defined]
        actor = Actor("user", user.id, place.role, _request_id(request), client_ip(request))
        return self._inside(request, tenant_scope(place.agency_id, actor=actor), needs_mfa=True)

    def _portal(self, request: HttpRequest, match: ResolverMatch) -> HttpResponse:
        user = person_of(request)
        place = place_in_portal(user_id=user.id, agency_slug=match.kwargs["agency"], client_slug=match.kwargs["client"])
        if place is None:
            return not_found(request)
        request.portal_place = place  # type: ignore[attr-defined]
        actor = Actor("contact", user.id, ",".join(place.rights), _request_id(request), client_ip(request))
        return self._inside(request, portal_scope(place.agency_id, place.client_id, actor=actor))

    def _api(self, request: HttpRequest, access: Access) -> HttpResponse:
        kind, _space, plain = request.headers.get("Authorization", "").partition(" ")
        token = tokens.authenticate(plain.strip()) if kind.lower() == "bearer" else None
        if token is None:
            response = problem_response(401, "Send a valid token: Authorization: Bearer rtn_…", code="unauthenticated")
            response["WWW-Authenticate"] = 'Bearer realm="api"'
            return response
        needed = access.reads if request.method in ("GET", "HEAD", "OPTIONS") else access.token_scope
        if needed not in token.scopes:
            return problem_response(403, f"This token lacks the scope “{needed}”.", code="forbidden")
        request.api_token = token  # type: ignore[attr-defined]
        actor = Actor("token", token.id, "", _request_id(request), client_ip(request))
        return self._inside(request, tenant_scope(token.agency_id, actor=actor, client_id=token.client_id))

    def _inside(
        self, request: HttpRequest, scope: AbstractContextManager[Scope], *, needs_mfa: bool = False
    ) -> HttpResponse:
        with scope as entered:
            structlog.contextvars.bind_contextvars(
                agency_id=str(entered.agency_id), actor=f"{entered.actor.kind}:{entered.actor.id}"
            )
            if needs_mfa and _lacks_required_mfa(request):
                return _leave_for(request, reverse("mfa_index"), status=403)
            response = self.get_response(request)
            # The handler turns exceptions into answers before they reach this line, so a refused or broken
            # request is recognised by its status, and whatever it wrote goes with it.
            if response.status_code >= 400:
                transaction.set_rollback(True)
            return response


def _lacks_required_mfa(request: HttpRequest) -> bool:
    return membership_of(request).require_mfa and not is_mfa_enabled(request.user)


def _zone_of(request: HttpRequest) -> ZoneInfo:
    """The zone in which this person reads times."""
    try:
        return ZoneInfo(person_of(request).time_zone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def to_login(request: HttpRequest) -> HttpResponse:
    """Where to sign in, and back to here afterwards; htmx is told to leave the page."""
    if getattr(request, "htmx", None):
        return _leave_for(request, reverse("account_login"), status=401)
    return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")


def _to_confirm(request: HttpRequest, page: str) -> HttpResponse:
    """Where somebody shows again who they are. What was posted is not repeated: they come back and press once more."""
    back = page
    if request.method == "GET":
        back = request.get_full_path()
    else:
        messages.info(request, _("Nothing was changed yet. Confirm that it is you, then try again."))
    return _leave_for(request, f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}", status=403)


def _leave_for(request: HttpRequest, address: str, *, status: int) -> HttpResponse:
    """To another page. A live part would put it into a corner of the old one, so htmx is told to leave."""
    if not getattr(request, "htmx", None):
        return redirect(address)
    response = HttpResponse(status=status)
    response["HX-Redirect"] = address
    return response


def _request_id(request: HttpRequest) -> str:
    return str(getattr(request, "request_id", ""))


def viewer_may(request: HttpRequest, capability: Capability) -> bool:
    """True where the signed-in member may do this: for showing a button or not. The route decides for real."""
    return may(membership_of(request).role, capability)
