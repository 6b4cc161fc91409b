"""What every template knows: the agency, who is looking, and where they can go."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from core.models import User
from core.selectors import agency
from core.tenancy import current_scope
from retainer import navigation


def face(request: HttpRequest) -> dict[str, object]:
    """``agency``, ``viewer``, ``nav``, ``places``, ``theme`` and ``brand`` for the layouts; little outside a scope."""
    context: dict[str, object] = {"theme": _theme(request), "demo": settings.RETAINER_ENV == "demo"}
    context["may_sign_up"] = settings.SIGN_UP == "open"
    scope = current_scope()
    if scope is None or scope.agency_id is None or not hasattr(request, "user"):
        return context
    context |= {"agency": agency(), "viewer": _viewer(request)}
    if hasattr(request, "place"):
        context |= {"nav": navigation.staff(request), "places": request.places}  # type: ignore[attr-defined]
        context |= {"can": navigation.capabilities(request), "keys": navigation.keys(request)}
    if hasattr(request, "portal_place"):
        context |= {"nav": navigation.portal(request), "portal_place": request.portal_place}
    return context


def _theme(request: HttpRequest) -> str:
    theme = request.COOKIES.get("theme", "system")
    return theme if theme in ("light", "dark") else "system"


def _viewer(request: HttpRequest) -> dict[str, str]:
    user = request.user
    role = getattr(getattr(request, "place", None), "role", "")
    # By the id the browser keeps apart what different people have half written.
    known = {"id": str(user.pk or ""), "name": str(user), "email": getattr(user, "email", "")}
    return known | {"role": role, "time_zone": _zone(user)}


def _zone(user: User | AnonymousUser) -> str:
    return str(getattr(user, "time_zone", "UTC"))
