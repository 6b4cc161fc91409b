"""Who looks at a page of the staff, as the way in left it on the request."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from core.selectors import MembershipView


def membership_of(request: HttpRequest) -> MembershipView:
    """The viewer's membership of the agency in the address; AttributeError where the address has none."""
    return cast(MembershipView, request.place)  # type: ignore[attr-defined]
