"""API tokens: ``rtn_<key id>_<secret>``. The key id finds the row; only a keyed hash of the secret is stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from core.access.roles import TokenScope, scopes_within
from core.audit import record
from core.clock import now
from core.errors import DomainError, NotFound
from core.limits import refuse_over
from core.models import Agency, ApiToken, Membership
from core.tenancy.context import require_scope
from core.tenancy.scope import lookup_scope, tenant_scope

PREFIX = "rtn"
DEFAULT_DAYS = 90
MAX_DAYS = 366
USED_EVERY = timedelta(minutes=1)


def digest(secret: str, pepper_id: str) -> str:
    """HMAC-SHA256 of a 256-bit secret. A slow hash would cost every call and add nothing to that many bits."""
    pepper = base64.b64decode(settings.TOKEN_PEPPERS[pepper_id])
    return hmac.new(pepper, secret.encode(), hashlib.sha256).hexdigest()


def create_token(
    *, name: str, scopes: list[str], days: int = DEFAULT_DAYS, client_id: uuid.UUID | None = None
) -> tuple[ApiToken, str]:
    """A new token of the scope's agency and its plain text, which is never available again."""
    name = name.strip()
    if not name:
        raise DomainError(_("Give the token a name, so that you know later what uses it."), field="name")
    unknown = sorted(set(scopes) - set(TokenScope.values))
    if unknown or not scopes:
        raise DomainError(_("Choose at least one thing that the token may do."), field="scopes")
    if not 1 <= days <= MAX_DAYS:
        raise DomainError(_("A token lasts between 1 and 366 days."), field="days")
    refuse_over(
        ApiToken.objects.filter(revoked_at=None, expires_at__gt=now()), settings.AGENCY_MOST_TOKENS, _("working tokens")
    )
    key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    pepper_id = list(settings.TOKEN_PEPPERS)[-1]
    token = ApiToken.objects.create(
        name=name,
        key_id=key_id,
        digest=digest(secret, pepper_id),
        pepper_id=pepper_id,
        scopes=sorted(set(scopes)),
        client_id=client_id,
        created_by_id=require_scope().actor.user_id,
        expires_at=now() + timedelta(days=days),
    )
    record(action="core.token.created", object_type="token", object_id=token.id, changes={"scopes": token.scopes})
    return token, f"{PREFIX}_{key_id}_{secret}"


def revoke_token(*, token_id: uuid.UUID) -> ApiToken:
    """Ends a token at once. Revoking twice changes nothing."""
    token = ApiToken.objects.find(id=token_id)
    if token is None:
        raise NotFound(_("There is no such token."))
    if token.revoked_at is None:
        token.revoked_at = now()
        token.save(update_fields=["revoked_at"])
        record(action="core.token.revoked", object_type="token", object_id=token.id)
    return token


def maker_of(token_id: uuid.UUID) -> uuid.UUID | None:
    """The person who made the token and answers for what it does; None where they are gone."""
    return ApiToken.objects.filter(id=token_id).values_list("created_by_id", flat=True).first()


def authenticate(plain: str) -> ApiToken | None:
    """The live token behind this text, with the scopes its maker still has, or None.

    An expired, revoked or orphaned token is no token.
    """
    parts = plain.split("_", 2)
    if len(parts) != 3 or parts[0] != PREFIX:
        return None
    with lookup_scope(parts[1]):
        token = ApiToken.objects.find(key_id=parts[1])
    if token is None or token.pepper_id not in settings.TOKEN_PEPPERS:
        return None
    if not hmac.compare_digest(token.digest, digest(parts[2], token.pepper_id)):
        return None
    if token.revoked_at or token.expires_at <= now():
        return None
    # Never saved from here: the row keeps the scopes it was given, for the day its maker has the role again.
    token.scopes = _backed_scopes(token)
    return token if token.scopes else None


def _backed_scopes(token: ApiToken) -> list[str]:
    """What the person who made the token may still do themselves: nothing once they have left the agency, or while
    it is suspended.

    Also notes the use, once a minute.
    """
    with tenant_scope(token.agency_id):
        scopes = list(token.scopes)
        if token.created_by_id is not None:
            maker = Membership.objects.find(
                user_id=token.created_by_id, user__is_active=True, agency__suspended_at=None
            )
            scopes = scopes_within(maker.role, scopes) if maker and maker.ended_at is None else []
        elif Agency.objects.get(pk=token.agency_id).suspended_at is not None:
            scopes = []
        if scopes and (token.last_used_at is None or token.last_used_at < now() - USED_EVERY):
            ApiToken.objects.filter(id=token.id).update(last_used_at=now())
        return scopes
