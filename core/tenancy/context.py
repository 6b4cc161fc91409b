"""Who is acting, and on whose rows: one value per thread or task, set only by ``core.tenancy.scope``."""

from __future__ import annotations

import uuid
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

ScopeKind = Literal["tenant", "portal", "identity", "lookup", "sweeper"]
# A visitor is somebody who is not known to be anybody: who fails to sign in, for one.
ActorKind = Literal["user", "contact", "token", "system", "visitor"]


class ScopeError(RuntimeError):
    """A scope was used in a way that could mix two tenants. Always a bug in the caller."""


class ScopeMissing(ScopeError):
    """A tenant's table was touched outside any scope."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something. Ids only: names live in one erasable place, the user's row."""

    kind: ActorKind
    id: uuid.UUID | None = None
    role: str = ""
    request_id: str = ""
    ip: str | None = None

    @property
    def user_id(self) -> uuid.UUID | None:
        """The user behind a person's act, else None."""
        return self.id if self.kind in ("user", "contact") else None


SYSTEM = Actor(kind="system")


@dataclass(frozen=True, slots=True)
class Scope:
    """What the current transaction may see."""

    kind: ScopeKind
    agency_id: uuid.UUID | None = None
    client_id: uuid.UUID | None = None
    user_id: uuid.UUID | None = None
    lookup: str = ""
    actor: Actor = SYSTEM


_current: ContextVar[Scope | None] = ContextVar("retainer_scope", default=None)


def current_scope() -> Scope | None:
    """The scope this code runs in, or None."""
    return _current.get()


def require_scope() -> Scope:
    """The current scope; raises ScopeMissing where there is none."""
    scope = _current.get()
    if scope is None:
        raise ScopeMissing("This touches a tenant's table outside any scope. Enter tenant_scope(agency_id) first.")
    return scope


def require_agency() -> uuid.UUID:
    """The agency of the current scope; raises ScopeMissing where the scope has none."""
    agency_id = require_scope().agency_id
    if agency_id is None:
        raise ScopeMissing("This needs the scope of one agency.")
    return agency_id
