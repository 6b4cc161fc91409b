"""So many calls a minute for each token, and so many for all tokens of an agency together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from core.errors import TooMany
from core.models import ApiToken
from core.rates import Limit, Verdict, plain_url, spend

# DRF's views load this module, so it cannot load them.
if TYPE_CHECKING:
    from rest_framework.views import APIView

_plain_url = plain_url


class TokenRate(BaseThrottle):
    """The endpoint's base writes what is left of the nearer limit into the headers."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Counts the call; TooMany once one of the limits is used up. A refused call counts for nothing."""
        token: ApiToken | None = getattr(request._request, "api_token", None)
        if token is None:
            return True
        of_token = Limit(f"token:{token.agency_id}:{token.id}", settings.API_RATE_PER_MINUTE)
        of_agency = Limit(f"calls:{token.agency_id}", settings.AGENCY_CALLS_PER_MINUTE)
        verdict = spend([of_token, of_agency])
        request._request.rate = (verdict.limit.most, verdict.left, verdict.wait)  # type: ignore[attr-defined]
        if not verdict.allowed:
            raise TooMany(_said(verdict, of_agency), wait=verdict.wait)
        return True


def _said(verdict: Verdict, of_agency: Limit) -> str:
    words = {"most": verdict.limit.most, "wait": verdict.wait}
    if verdict.limit == of_agency:
        return _("All tokens of this agency together may call %(most)s times a minute. Wait %(wait)s s.") % words
    return _("This token may call %(most)s times a minute. Wait %(wait)s s.") % words
