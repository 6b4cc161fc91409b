"""Due work: rows whose time has come, of all agencies, each done in a transaction of its own in its agency's scope.

The caller says which rows are due and what is done with one. A row is asked for again under its lock: who was faster
has done it, and who holds it will. One that fails keeps no other waiting and rests for a while. Work that reaches
outside the database is leased instead: whatever becomes of who took a row, it is due again when the lease runs out.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

import structlog
from django.db.models import Model, QuerySet

from core.clock import now
from core.tenancy.scope import sweeper_scope, tenant_scope

AT_ONCE = 200
# So long a row that failed is left alone.
REST = timedelta(minutes=5)

Row = TypeVar("Row", bound=Model)
# The agency of a row, and its id.
Key = tuple[uuid.UUID, uuid.UUID]

log = structlog.get_logger(__name__)


def work_off(
    rows: Callable[[], QuerySet[Row]], act: Callable[[Row], bool], *, column: str = "", limit: int = AT_ONCE
) -> int:
    """Does up to ``limit`` of the rows that are due, in their order; returns for how many ``act`` did something.

    ``column`` says when a row is due and is put off where ``act`` raises. Without one the next round finds it again.
    """
    with sweeper_scope():
        keys = list(rows().values_list("agency_id", "pk")[:limit])
    return sum(_do(key, rows, act, column) for key in keys)


def go_through(rows: Callable[[], QuerySet[Row]], act: Callable[[Row], bool]) -> int:
    """Looks at all rows in the order of their ids, for what is mostly left as it is; returns as ``work_off`` does."""
    done, last = 0, uuid.UUID(int=0)
    while True:
        with sweeper_scope():
            found = rows().filter(pk__gt=last).order_by("pk")
            keys: list[Key] = list(found.values_list("agency_id", "pk")[:AT_ONCE])
        if not keys:
            return done
        done, last = done + sum(_do(key, rows, act) for key in keys), keys[-1][1]


def lease(rows: Callable[[], QuerySet[Row]], *, column: str, lasts: timedelta, limit: int) -> list[Row]:
    """Takes up to ``limit`` due rows in their order and commits: until the lease runs out nobody else gets them."""
    with sweeper_scope():
        found = list(rows().select_for_update(skip_locked=True, of=("self",))[:limit])
        _put_off(rows, [row.pk for row in found], column, lasts)
    return found


def _do(key: Key, rows: Callable[[], QuerySet[Row]], act: Callable[[Row], bool], column: str = "") -> bool:
    agency_id, row_id = key
    try:
        with tenant_scope(agency_id):
            row = rows().filter(pk=row_id).select_for_update(skip_locked=True, of=("self",)).first()
            return row is not None and act(row)
    except Exception:
        log.exception("due work failed", work=act.__qualname__, module=act.__module__, row_id=str(row_id))
    if column:
        with tenant_scope(agency_id):
            _put_off(rows, [row_id], column, REST)
    return False


def _put_off(rows: Callable[[], QuerySet[Row]], ids: Iterable[uuid.UUID], column: str, wait: timedelta) -> None:
    rows().model._default_manager.filter(pk__in=ids).update(**{column: now() + wait})
