"""The rows that the product writes, as bare SQL: all columns of a model, each an expression of PostgreSQL's."""

from __future__ import annotations

import json
import time
from typing import Any

from django.db import connection, models
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


# What a claimed clock is known by, and by what name its values are put into the texts below.
CLAIMED = (
    "id::text, agency_id::text, client_id::text, subject_type, subject_id::text, metric, severity,"
    """ to_char(due_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS due_at"""
)
WHOSE = {"id": "%(new_id)s", "agency_id": "%(agency_id)s", "client_id": "%(client_id)s"}
NEWS = {
    **{"id": "%(id)s", "clock_id": "%(id)s", "subject_type": "%(subject_type)s", "subject_id": "%(subject_id)s"},
    **{"client_id": "%(client_id)s", "metric": "%(metric)s", "severity": "%(severity)s", "threshold": "breach"},
    "due_at": "%(due_at)s",
}


# Where a statement has the rows that travel.
HERE = "@rows"


def sweep(batch: int, tick: float, way: str) -> dict[str, Any]:
    """How to claim clocks, and what the sweep writes of one that is missed: statements, each with its columns, whose
    rows travel as "arrays" or as "values"."""
    told = {"name": "'slas.clock.breached'", "next_due_at": "now()"}
    act = {"action": "'slas.clock.breached'", "object_type": "'clock'", "at": "now()", "actor_kind": "'system'"}
    breach = {"threshold": "'breach'", "raised_at": "now()"}
    changes = json.dumps({"threshold": "breach", "at": "%(due_at)s"})
    return {
        "way": way,
        "tick": tick,
        # The beat begins at any moment too.
        "began": time.time(),
        "role": SWEEPER_ROLE,
        "claim": f"SELECT {CLAIMED} FROM slas_clock WHERE next_fire_at <= now() ORDER BY next_fire_at LIMIT {batch}"
        " FOR UPDATE SKIP LOCKED",
        "statements": [
            _sent(
                ClockEvent,
                WHOSE | {"clock_id": "%(id)s", "seq": "2", "at": "%(due_at)s"},
                kind="'breach'",
                actor_kind="'system'",
            ),
            _sent(ClockNotice, WHOSE | {"clock_id": "%(id)s", "due_at": "%(due_at)s"}, **breach),
            _sent(OutboxEvent, WHOSE | {"payload": json.dumps(NEWS), "dedup_key": "clock:%(id)s:breach"}, **told),
            _sent(AuditEvent, WHOSE | {"object_id": "%(id)s", "changes": changes}, **act),
            {
                "sql": "UPDATE slas_clock SET state = 'breached', due_at = fresh.due_at, breached_at = fresh.due_at,"
                " consumed_seconds = fresh.consumed, judged_at = now(), next_fire_at = NULL, failures = 0, last_error"
                f" = '' FROM {HERE} AS fresh(id, due_at, consumed) WHERE slas_clock.id = fresh.id",
                "columns": {"id": "%(id)s", "due_at": "%(due_at)s", "consumed": "86401"},
                "types": ["uuid", "timestamptz", "int"],
            },
        ],
    }


def _sent(model: type[models.Model], columns: dict[str, str], **same: str) -> dict[str, Any]:
    """An insert of rows that travel; ``same`` are expressions that all of them share."""
    given = {name: f"fresh.{name}" for name in columns} | same
    return {
        "sql": insert(model, f"{HERE} AS fresh({', '.join(columns)})", **given),
        "columns": columns,
        "types": [_type(model, name) for name in columns],
    }


def _type(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).db_type(connection)).partition("(")[0].replace("varchar", "text")


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
