"""The only two kinds of Celery task: one enters an agency's scope, the other says that it belongs to none.

Both refuse to start where an earlier task of the same process left a scope behind. There is no ETA and no countdown
anywhere: whatever is due has a column in Postgres.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

import structlog
from celery import shared_task
from django.db import close_old_connections, connection
from kombu.exceptions import OperationalError

from core.tenancy.context import Actor, ScopeError, _current, current_scope
from core.tenancy.scope import tenant_scope

# Task name -> queue. Celery asks ``route`` below.
_QUEUES: dict[str, str] = {}


def route(name: str, *_args: Any, **_kwargs: Any) -> dict[str, str]:
    """Celery's router: each task goes to the queue it was declared with."""
    return {"queue": _QUEUES.get(name, "default")}


def _task(run: Callable[..., None], function: Callable[..., Any], queue: str) -> Any:
    name = f"{function.__module__}.{function.__name__}"
    _QUEUES[name] = queue
    return shared_task(name=name)(run)


def _clean_start(name: str) -> None:
    if current_scope() is not None:
        _current.set(None)
        raise ScopeError(f"The task before {name} left its scope behind.")
    # A restarted Postgres costs the task at hand at most, never the worker.
    if not connection.in_atomic_block:
        close_old_connections()
    structlog.contextvars.clear_contextvars()


def call_another(task: Any, *, within_seconds: float) -> None:
    """Lets another worker join in the same work at once instead of at the next tick of beat.

    It carries nothing and is due at once: one that is lost, late or doubled changes nothing, as with beat.
    """
    with suppress(OperationalError):
        # Without the broker nobody could join, and whoever calls goes on alone.
        task.apply_async(retry=False, expires=within_seconds)


def tenant_task(*, queue: str) -> Callable[[Callable[..., None]], Any]:
    """A task of one agency. It is called with ``agency_id`` as text and runs inside that agency's scope."""

    def decorate(function: Callable[..., None]) -> Any:
        @wraps(function)
        def run(*, agency_id: str, **kwargs: Any) -> None:
            _clean_start(function.__name__)
            structlog.contextvars.bind_contextvars(task=function.__name__, agency_id=agency_id)
            with tenant_scope(uuid.UUID(agency_id), actor=Actor(kind="system")):
                function(**kwargs)

        return _task(run, function, queue)

    return decorate


def system_task(*, queue: str) -> Callable[[Callable[[], Any]], Any]:
    """A task that belongs to no agency and takes no arguments. What it touches it touches in scopes of its own."""

    def decorate(function: Callable[[], Any]) -> Any:
        @wraps(function)
        def run() -> None:
            _clean_start(function.__name__)
            structlog.contextvars.bind_contextvars(task=function.__name__)
            function()

        return _task(run, function, queue)

    return decorate
