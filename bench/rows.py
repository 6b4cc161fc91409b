"""The rows that the product writes, as bare SQL: all columns of a model, each an expression of PostgreSQL's."""

from __future__ import annotations

import json
import time
from typing import Any

from django.db import models
from psycopg2.extensions import adapt

from bench import stack
from core.models import AuditEvent, OutboxEvent
from core.tenancy.scope import SWEEPER_ROLE
from slas.models import ClockEvent, ClockNotice


def insert(model: type[models.Model], source: str, **columns: str) -> str:
    """One ``INSERT … SELECT``: these expressions over the source, a new id, and what a new row of the model has."""
    said = {"id": stack.UUID7} | columns
    fields = [field for field in model._meta.concrete_fields if field.column]
    values = [said[field.attname] if field.attname in said else _default(field) for field in fields]
    names = ", ".join(f'"{field.column}"' for field in fields)
    return f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(values)} FROM {source}"


def _default(field: Any) -> str:
    value = field.get_default()
    return str(adapt(json.dumps(value) if isinstance(value, dict) else value).getquoted(), "utf-8")


def sweep(batch: int, tick: float) -> dict[str, Any]:
    """What a missed clock's sweep writes, as statements over an array of clock ids, and how to claim them."""
    due = "slas_clock AS clock WHERE clock.id = ANY(%s::uuid[])"
    whose = {"agency_id": "clock.agency_id", "client_id": "clock.client_id", "created_at": "now()"}
    news = (
        "jsonb_build_object('id', clock.id, 'clock_id', clock.id, 'subject_type', clock.subject_type, 'subject_id',"
        " clock.subject_id, 'client_id', clock.client_id, 'metric', clock.metric, 'severity', clock.severity,"
        " 'threshold', 'breach', 'due_at', to_char(clock.due_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))"
    )
    step = {"clock_id": "clock.id"} | whose
    told = {"name": "'slas.clock.breached'", "payload": news, "dedup_key": "'clock:' || clock.id || ':breach'"}
    act = {"action": "'slas.clock.breached'", "object_type": "'clock'", "object_id": "clock.id", "at": "now()"}
    changes = "jsonb_build_object('threshold', 'breach', 'at', clock.due_at)"
    return {
        "tick": tick,
        # The beat begins at any moment too.
        "began": time.time(),
        "role": SWEEPER_ROLE,
        "claim": "SELECT id FROM slas_clock WHERE next_fire_at <= now() ORDER BY next_fire_at"
        f" LIMIT {batch} FOR UPDATE SKIP LOCKED",
        "statements": [
            insert(ClockEvent, due, **step, seq="2", at="clock.due_at", kind="'breach'", actor_kind="'system'"),
            insert(ClockNotice, due, **step, threshold="'breach'", due_at="clock.due_at", raised_at="now()"),
            insert(OutboxEvent, due, **whose, **told, next_due_at="now()"),
            insert(AuditEvent, due, **whose, **act, actor_kind="'system'", changes=changes),
            "UPDATE slas_clock SET severity = severity, state = 'breached', breached_at = due_at, consumed_seconds ="
            " 3600, judged_at = now(), next_fire_at = NULL, failures = 0, last_error = '' WHERE id = ANY(%s::uuid[])",
        ],
    }


def moved(batch: int) -> list[str]:
    """What a move writes of the next clocks of a policy's version: an event with the new terms, and the clock itself.

    The parameters are the version, the last clock that was dealt with, and the terms.
    """
    chosen = (
        "(SELECT * FROM slas_clock WHERE policy_version_id = %(version)s AND id > %(after)s ORDER BY id"
        f" LIMIT {batch}) AS clock"
    )
    data = (
        "jsonb_build_object('mode', 'carry_elapsed', 'terms', %(terms)s::jsonb, 'severity', clock.severity,"
        " 'policy_version_id', clock.policy_version_id)"
    )
    whose = {"agency_id": "clock.agency_id", "client_id": "clock.client_id", "created_at": "now()"}
    event = {"clock_id": "clock.id", "seq": "1000", "at": "now()", "kind": "'retarget'", "data": data}
    return [
        insert(ClockEvent, chosen, **whose, **event, actor_kind="'system'"),
        "UPDATE slas_clock SET policy_version_id = clock.policy_version_id, severity = clock.severity, state ="
        " clock.state, due_at = clock.due_at + interval '1 hour', consumed_seconds = clock.consumed_seconds + 1,"
        " judged_at = now(), next_fire_at = clock.next_fire_at + interval '1 hour', failures = 0, last_error = ''"
        f" FROM {chosen} WHERE slas_clock.id = clock.id RETURNING slas_clock.id::text",
    ]
