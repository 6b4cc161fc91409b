"""Enters a scope: a transaction, transaction-local settings, and the context variable, as one thing.

The settings are what the row-level security policies read (``core.tenancy.operations``), so a query that forgets
its filter still sees one tenant. They are transaction-local because a session-level one would be inherited by the
next borrower of a pooled connection.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from core.tenancy.context import SYSTEM, Actor, Scope, ScopeError, _current
from core.tenancy.limits import in_force as limits_in_force

PORTAL_ROLE = "retainer_portal"
SWEEPER_ROLE = "retainer_sweeper"

# 'none' steps back to the role the process logged in as.
_ROLES = {"portal": PORTAL_ROLE, "sweeper": SWEEPER_ROLE}


def _apply(scope: Scope | None) -> None:
    """Writes the scope into the transaction in one round trip; ``None`` takes everything away."""
    scope = scope or Scope(kind="tenant")
    values = [
        _ROLES.get(scope.kind, "none"),
        str(scope.agency_id or ""),
        str(scope.client_id or ""),
        str(scope.user_id or ""),
        scope.lookup,
    ]
    limits = limits_in_force()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', %s, true), set_config('app.agency_id', %s, true),"
            " set_config('app.client_id', %s, true), set_config('app.user_id', %s, true),"
            " set_config('app.lookup', %s, true)" + ", set_config(%s, %s, true)" * len(limits),
            [*values, *(part for limit in limits.items() for part in limit)],
        )


def _check_nesting(outer: Scope | None, inner: Scope) -> None:
    if outer is None:
        return
    same = (outer.kind, outer.agency_id, outer.client_id, outer.user_id, outer.lookup) == (
        inner.kind,
        inner.agency_id,
        inner.client_id,
        inner.user_id,
        inner.lookup,
    )
    if not same:
        raise ScopeError(f"A {inner.kind} scope may not be entered inside another scope ({outer.kind}).")


@contextmanager
def _enter(scope: Scope) -> Iterator[Scope]:
    outer = _current.get()
    _check_nesting(outer, scope)
    nested_transaction = connection.in_atomic_block
    with transaction.atomic():
        if outer is None:
            _apply(scope)
        token = _current.set(scope)
        try:
            yield scope
        finally:
            _current.reset(token)
        # Releasing a savepoint keeps SET LOCAL, so inside an outer transaction the way back is ours to go.
        # After an exception the savepoint's rollback has already restored the settings.
        if outer is None and nested_transaction and not connection.needs_rollback:
            _apply(None)


@contextmanager
def tenant_scope(agency_id: uuid.UUID, *, actor: Actor = SYSTEM, client_id: uuid.UUID | None = None) -> Iterator[Scope]:
    """One agency's rows, as staff or the system see them. ``client_id`` narrows a token bound to one client."""
    with _enter(Scope(kind="tenant", agency_id=agency_id, client_id=client_id, actor=actor)) as scope:
        yield scope


@contextmanager
def portal_scope(agency_id: uuid.UUID, client_id: uuid.UUID, *, actor: Actor) -> Iterator[Scope]:
    """One client's published rows, in a database role that cannot write."""
    with _enter(Scope(kind="portal", agency_id=agency_id, client_id=client_id, actor=actor)) as scope:
        yield scope


@contextmanager
def identity_scope(user_id: uuid.UUID) -> Iterator[Scope]:
    """A person's own memberships and contacts in every agency, for finding out where they belong. Reads only."""
    with _enter(Scope(kind="identity", user_id=user_id)) as scope:
        yield scope


@contextmanager
def lookup_scope(value: str) -> Iterator[Scope]:
    """The one row that carries this public key (a token's key id, an invitation's digest). Reads only."""
    with _enter(Scope(kind="lookup", lookup=value)) as scope:
        yield scope


@contextmanager
def sweeper_scope() -> Iterator[Scope]:
    """Due work of every agency, in a database role whose policies name the tables and verbs it may use."""
    with _enter(Scope(kind="sweeper")) as scope:
        yield scope
