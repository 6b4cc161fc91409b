"""Hands the token that the access middleware has let in to DRF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.models import ApiToken

# DRF's views load this module, so it cannot load them.
if TYPE_CHECKING:
    from rest_framework.views import APIView


class TokenUser:
    """Stands where DRF expects a user; a token is nobody."""

    is_authenticated = True
    is_active = True

    def __init__(self, token: ApiToken) -> None:
        self.token = token
        self.pk = token.id


class TokenAuthentication(BaseAuthentication):
    """The token has been checked, and its scope opened, before any view runs."""

    def authenticate(self, request: Request) -> tuple[TokenUser, ApiToken] | None:
        """The token, or None on the few public routes."""
        token = getattr(request._request, "api_token", None)
        return (TokenUser(token), token) if token else None

    def authenticate_header(self, request: Request) -> str:
        """Makes a missing token a 401 and not a 403."""
        return 'Bearer realm="api"'


class TokenMay(BasePermission):
    """Scopes are checked by the middleware; this only makes sure that it ran."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True where a token came through."""
        return getattr(request._request, "api_token", None) is not None
