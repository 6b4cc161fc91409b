"""The only two kinds of Celery task: one enters an agency's scope, the other says that it belongs to none.

Both refuse to start where an earlier task of the same process left a scope behind. There is no ETA and no countdown
anywhere: whatever is due has a column in Postgres.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from celery import shared_task
from django.db import close_old_connections

from core.tenancy.context import Actor, ScopeError, _current, current_scope
from core.tenancy.scope import tenant_scope

# A tick that nobody took within this time is worthless: the next one finds the same rows due.
TICK_EXPIRES_SECONDS = 5


def _clean_start(name: str) -> None:
    if current_scope() is not None:
        _current.set(None)
        raise ScopeError(f"The task before {name} left its scope behind.")
    # A restarted Postgres costs the task at hand at most, never the worker.
    close_old_connections()
    structlog.contextvars.clear_contextvars()


def tenant_task(*, queue: str) -> Callable[[Callable[..., None]], Any]:
    """A task of one agency. It is called with ``agency_id`` as text and runs inside that agency's scope."""

    def decorate(function: Callable[..., None]) -> Any:
        @wraps(function)
        def run(*, agency_id: str, **kwargs: Any) -> None:
            _clean_start(function.__name__)
            structlog.contextvars.bind_contextvars(task=function.__name__, agency_id=agency_id)
            with tenant_scope(uuid.UUID(agency_id), actor=Actor(kind="system")):
                function(**kwargs)

        return shared_task(name=f"{function.__module__}.{function.__name__}", queue=queue)(run)

    return decorate


def system_task(*, queue: str) -> Callable[[Callable[[], Any]], Any]:
    """A task that belongs to no agency and takes no arguments. What it touches it touches in scopes of its own."""

    def decorate(function: Callable[[], Any]) -> Any:
        @wraps(function)
        def run() -> None:
            _clean_start(function.__name__)
            structlog.contextvars.bind_contextvars(task=function.__name__)
            function()

        return shared_task(name=f"{function.__module__}.{function.__name__}", queue=queue)(run)

    return decorate
