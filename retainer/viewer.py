"""Who looks at a page, as the way in left it on the request."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from core.models import User
from core.selectors import MembershipView


def membership_of(request: HttpRequest) -> MembershipView:
    """The viewer's membership of the agency in the address; AttributeError where the address has none."""
    place: MembershipView = request.place  # type: ignore[attr-defined]
    return place


def person_of(request: HttpRequest) -> User:
    """Who is signed in. The way in lets nobody else to a page that asks."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user
