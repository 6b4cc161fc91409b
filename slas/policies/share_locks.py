"""What is on offer, held until the transaction ends, so that nobody archives what somebody is about to rely on.

Whoever archives takes the row for update, which waits for these locks and is waited for by them; they do not wait
for each other, so that any number of incidents open at once.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import connection

_POLICIES = """
    SELECT version.id FROM slas_policyversion AS version
    JOIN slas_policy AS policy ON policy.id = version.policy_id AND policy.agency_id = version.agency_id
    WHERE version.id = ANY(%s) AND policy.archived_at IS NULL
    ORDER BY policy.id FOR KEY SHARE OF policy
"""
_CALENDARS = """
    SELECT version.id FROM slas_calendarversion AS version
    JOIN slas_calendar AS calendar ON calendar.id = version.calendar_id AND calendar.agency_id = version.agency_id
    WHERE version.id = ANY(%s) AND calendar.archived_at IS NULL
    ORDER BY calendar.id FOR KEY SHARE OF calendar
"""


def offered_policies(version_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the policy versions whose policy is not archived. Call it inside the transaction that relies on it."""
    return _held(_POLICIES, version_ids)


def offered_calendars(version_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the calendar versions whose calendar is not archived."""
    return _held(_CALENDARS, version_ids)


def _held(statement: str, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(ids)])
        return {row[0] for row in cursor.fetchall()}
