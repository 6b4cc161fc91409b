"""Whose messages are due, read by leaps over the index: what one agency has waiting costs no other a look.

A lane is one receiver of webhooks, or one kind of mail, of one agency. Both statements cost what the agencies and
lanes that wait cost, however many messages wait in each.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

_AGENCIES = """
    WITH RECURSIVE waiting AS (
        (SELECT agency_id, next_due_at FROM notifications_delivery
         WHERE channel = %(channel)s AND next_due_at IS NOT NULL
         ORDER BY agency_id, next_due_at LIMIT 1)
        UNION ALL
        SELECT next.agency_id, next.next_due_at FROM waiting CROSS JOIN LATERAL (
            SELECT agency_id, next_due_at FROM notifications_delivery
            WHERE channel = %(channel)s AND next_due_at IS NOT NULL AND agency_id > waiting.agency_id
            ORDER BY agency_id, next_due_at LIMIT 1
        ) AS next
    )
    SELECT waiting.agency_id FROM waiting
    LEFT JOIN notifications_deliveryrate AS rate
        ON rate.agency_id = waiting.agency_id AND rate.channel = %(channel)s
    WHERE waiting.next_due_at <= %(now)s AND (rate.free_at IS NULL OR rate.free_at <= %(horizon)s)
"""
_ROWS = """
    SELECT found.id, agency.id, lane.name FROM unnest(%(agencies)s::uuid[], %(most)s::int[]) AS agency(id, most)
    CROSS JOIN LATERAL (
        WITH RECURSIVE waiting AS (
            (SELECT lane, next_due_at FROM notifications_delivery
             WHERE channel = %(channel)s AND agency_id = agency.id AND next_due_at IS NOT NULL
             ORDER BY lane, next_due_at LIMIT 1)
            UNION ALL
            SELECT next.lane, next.next_due_at FROM waiting CROSS JOIN LATERAL (
                SELECT lane, next_due_at FROM notifications_delivery
                WHERE channel = %(channel)s AND agency_id = agency.id AND next_due_at IS NOT NULL
                    AND lane > waiting.lane
                ORDER BY lane, next_due_at LIMIT 1
            ) AS next
        )
        SELECT lane AS name FROM waiting WHERE next_due_at <= %(now)s
    ) AS lane
    CROSS JOIN LATERAL (
        SELECT message.id FROM notifications_delivery AS message
        WHERE message.channel = %(channel)s AND message.agency_id = agency.id
            AND message.lane = lane.name AND message.next_due_at <= %(now)s
        ORDER BY message.next_due_at, message.id LIMIT agency.most FOR UPDATE SKIP LOCKED
    ) AS found
"""


class Lane(NamedTuple):
    """One receiver, or one kind of mail, of one agency."""

    agency_id: uuid.UUID
    name: str


def agencies_due(*, channel: str, at: datetime, horizon: datetime) -> list[uuid.UUID]:
    """Every agency with something due, but for those whose rate has nothing to give before ``horizon``."""
    with connection.cursor() as cursor:
        cursor.execute(_AGENCIES, {"channel": channel, "now": at, "horizon": horizon})
        return [row[0] for row in cursor.fetchall()]


def rows_due(*, channel: str, at: datetime, most: Mapping[uuid.UUID, int]) -> dict[Lane, list[uuid.UUID]]:
    """By lane the oldest due messages of these agencies, at most so many of a lane, locked; not what others hold."""
    values: dict[str, Any] = {"channel": channel, "now": at, "agencies": list(most), "most": list(most.values())}
    found: dict[Lane, list[uuid.UUID]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, values)
        for row_id, agency_id, name in cursor.fetchall():
            found.setdefault(Lane(agency_id, name), []).append(row_id)
    return found
