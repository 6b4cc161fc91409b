"""X40: the audit trail is insert-only, and its chain shows what was changed, removed or slipped in past the product."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from psycopg2.extensions import make_dsn

from core import audit_chain
from core.audit import record
from core.models import AuditEvent, AuditSeal
from retainer.tasks import seal_audit
from tests.cast import AgencyFixture, Cast
from tests.databases import OWNER_DSN


def write(house: AgencyFixture, count: int = 1) -> list[uuid.UUID]:
    with house.scope():
        return [
            record(action="core.example", object_type="x", object_id=None, changes={"n": n}).id for n in range(count)
        ]


def chain(house: AgencyFixture) -> audit_chain.Chain:
    with house.scope():
        return audit_chain.verify()


@contextmanager
def past_the_product() -> Iterator[Any]:
    """A cursor of somebody who owns the tables and can switch the triggers off."""
    link = psycopg2.connect(make_dsn(OWNER_DSN, dbname=str(connection.settings_dict["NAME"])))
    with link, link.cursor() as cursor:
        for table in ("core_auditevent", "core_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        yield cursor
        # Foreign keys are looked at now, because a table with checks still to come cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("core_auditevent", "core_auditseal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")
    link.close()


def test_x40_every_row_gets_a_link_and_the_chain_holds(cast: Cast) -> None:
    written = write(cast.north, 5)
    seal_audit()
    with cast.north.scope():
        assert set(written) <= set(AuditSeal.objects.values_list("event_id", flat=True))
    assert chain(cast.north).findings == []
    assert chain(cast.north).length >= 5


def test_x40_sealing_again_seals_nothing_again_and_goes_on_where_it_stopped(cast: Cast) -> None:
    write(cast.north, 2)
    seal_audit()
    before = chain(cast.north)
    seal_audit()
    assert chain(cast.north) == before
    write(cast.north)
    seal_audit()
    assert chain(cast.north).length == before.length + 1
    assert chain(cast.north).findings == []


def test_x40_each_agency_has_a_chain_of_its_own(cast: Cast) -> None:
    write(cast.north, 3)
    write(cast.south, 1)
    seal_audit()
    assert chain(cast.north).length == chain(cast.south).length + 2


@pytest.mark.parametrize("table", ["core_auditevent", "core_auditseal"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET created_at = now()", "DELETE FROM {}"])
def test_x40_the_working_role_can_change_neither_rows_nor_links(verb: str, table: str, cast: Cast) -> None:
    write(cast.north)
    seal_audit()
    with (
        cast.north.scope(),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb.format(table))


TAMPERED = {
    "changed": "UPDATE core_auditevent SET action = 'core.other' WHERE id = %(row)s",
    "changed in its details": "UPDATE core_auditevent SET changes = '{}' WHERE id = %(row)s",
    "given to somebody else": "UPDATE core_auditevent SET actor_id = gen_random_uuid() WHERE id = %(row)s",
    "dated back": "UPDATE core_auditevent SET at = at - interval '1 day' WHERE id = %(row)s",
    "removed": "DELETE FROM core_auditevent WHERE id = %(row)s",
    "removed with its link": "DELETE FROM core_auditseal WHERE event_id = %(row)s",
    "the last ones cut off": "DELETE FROM core_auditseal WHERE number >= (SELECT number FROM core_auditseal WHERE"
    " event_id = %(row)s)",
    "sealed anew": "UPDATE core_auditseal SET digest = repeat('0', 64) WHERE event_id = %(row)s",
}


@pytest.mark.parametrize("what", TAMPERED)
def test_x40_what_is_done_past_the_product_is_found(what: str, committed_cast: Cast) -> None:
    rows = write(committed_cast.north, 5)
    seal_audit()
    assert chain(committed_cast.north).findings == []
    with past_the_product() as cursor:
        cursor.execute(TAMPERED[what], {"row": str(rows[2])})
    assert chain(committed_cast.north).findings != []
    assert chain(committed_cast.south).findings == []


def test_x40_a_row_slipped_in_with_an_old_id_is_found(committed_cast: Cast) -> None:
    write(committed_cast.north, 2)
    seal_audit()
    with past_the_product() as cursor:
        cursor.execute(
            "INSERT INTO core_auditevent (id, created_at, agency_id, at, actor_kind, action, object_type, changes,"
            " request_id) VALUES ('01900000-0000-7000-8000-000000000000', now(), %s, now(), 'user', 'core.fake', 'x',"
            " '{}', '')",
            [str(committed_cast.north.agency.id)],
        )
    assert any("slipped in" in finding for finding in chain(committed_cast.north).findings)


def test_x40_twenty_writers_and_three_sealers_at_once_make_one_whole_chain(committed_cast: Cast) -> None:
    over, broken = threading.Event(), []

    def work(task: Any) -> None:
        try:
            task()
        except Exception as error:
            broken.append(error)
        finally:
            connection.close()

    def go_on_sealing() -> None:
        while not over.is_set():
            audit_chain.seal_new(since=time.time())

    sealers = [threading.Thread(target=work, args=[go_on_sealing]) for _sealer in range(3)]
    writers = [threading.Thread(target=work, args=[lambda: write(committed_cast.north, 5)]) for _writer in range(20)]
    for thread in [*sealers, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    over.set()
    for thread in sealers:
        thread.join()
    seal_audit()
    assert broken == []
    with committed_cast.north.scope():
        assert AuditEvent.objects.count() == AuditSeal.objects.count() >= 100
    assert chain(committed_cast.north).findings == []


def test_x40_the_operators_command_prints_the_ends_and_fails_where_something_is_wrong(committed_cast: Cast) -> None:
    rows = write(committed_cast.north, 2)
    seal_audit()
    said = StringIO()
    call_command("verify_audit", stdout=said)
    assert [line.split()[0] for line in said.getvalue().splitlines()] == ["north", "south"]
    with past_the_product() as cursor:
        cursor.execute("DELETE FROM core_auditevent WHERE id = %s", [str(rows[0])])
    with pytest.raises(CommandError, match="findings"):
        call_command("verify_audit", stdout=StringIO())
