"""What was asked for is never changed, and what is decided stays decided, whoever tries: tried as every role."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction
from psycopg2.extensions import make_dsn

from clients.approvals import selectors
from tests.cast import Cast
from tests.clients.approvals.scenario import ApprovalScenario
from tests.databases import OWNER_DSN, of_worker

CHANGES = {
    "content": "content = '{}'",
    "hash": "content_hash = 'x'",
    "title": "title = 'Other'",
    "version": "version = 7",
    "subject": "subject_id = gen_random_uuid()",
    "asker": "asked_by_id = NULL",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_working_role_changes_nothing_of_an_open_one(asking: ApprovalScenario, change: str) -> None:
    row = asking.ask()
    refused(asking, f"UPDATE clients_approval SET {change} WHERE id = %s", row.id)


@pytest.mark.parametrize("change", [*CHANGES.values(), "state = 'open', decided_at = NULL", "reminders = 9"])
def test_and_nothing_at_all_of_one_that_is_decided(asking: ApprovalScenario, change: str) -> None:
    row = asking.decide(asking.ask())
    refused(asking, f"UPDATE clients_approval SET {change} WHERE id = %s", row.id)


def test_nobody_deletes_one_or_a_line_of_its_record(asking: ApprovalScenario) -> None:
    row = asking.ask()
    refused(asking, "DELETE FROM clients_approval WHERE id = %s", row.id)
    refused(asking, "DELETE FROM clients_approvalevent WHERE approval_id = %s", row.id)
    refused(asking, "UPDATE clients_approvalevent SET words = 'x' WHERE approval_id = %s", row.id)


def test_a_second_end_is_refused_by_the_database(asking: ApprovalScenario) -> None:
    row = asking.decide(asking.ask())
    refused(
        asking,
        "INSERT INTO clients_approvalevent"
        " (id, agency_id, client_id, approval_id, kind, at, created_at, actor_kind, words)"
        " SELECT gen_random_uuid(), agency_id, client_id, id, 'declined', now(), now(), 'user', ''"
        " FROM clients_approval WHERE id = %s",
        row.id,
    )


@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_of_the_tables_changes_one(committed_cast: Cast) -> None:
    asking = ApprovalScenario(committed_cast.north)
    row, link = asking.decide(asking.ask()), psycopg2.connect(make_dsn(OWNER_DSN, dbname=of_worker()))
    for statement in ("UPDATE clients_approval SET title = 'Other'", "DELETE FROM clients_approvalevent"):
        with link.cursor() as cursor, pytest.raises(psycopg2.Error, match="never changed"):
            cursor.execute(statement)
        link.rollback()
    link.close()
    assert asking.row(row.id).title == "New terms"


def test_the_portal_reads_it_and_writes_nothing(asking: ApprovalScenario) -> None:
    row = asking.ask()
    with asking.house.portal():
        assert selectors.approval(row.id).title == "New terms"
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), asking.house.portal():
        execute("UPDATE clients_approval SET reminders = 1 WHERE id = %s", row.id)


def test_the_evidence_can_be_checked_by_anybody(asking: ApprovalScenario) -> None:
    row = asking.decide(asking.ask(), words="Fine.")
    with asking.house.scope():
        found: Any = selectors.evidence(row)
    assert hashlib.sha256(found["text"].encode()).hexdigest() == found["sha256"] == row.content_hash
    assert "2,400 EUR a month" in found["text"]
    assert [act["act"] for act in found["acts"]] == ["asked", "approved"]


def refused(asking: ApprovalScenario, statement: str, row_id: uuid.UUID) -> None:
    """As the working role, in the agency's own scope."""
    with pytest.raises(DatabaseError), transaction.atomic(), asking.house.scope():
        execute(statement, row_id)


def execute(statement: str, row_id: uuid.UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [row_id])
