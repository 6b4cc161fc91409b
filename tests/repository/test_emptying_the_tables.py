"""After a test that commits, its tables are emptied, also while a request of its browser still reads them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait

import psycopg2
import pytest
from psycopg2.extensions import make_dsn

from core.models import User
from tests import databases
from tests.cast import Cast


def test_a_request_that_still_reads_is_let_through_to_its_end(committed_cast: Cast) -> None:
    reader = psycopg2.connect(make_dsn(databases.OWNER_DSN, dbname=databases.of_worker()))
    with ThreadPoolExecutor() as other, reader.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_agency")
        emptying = other.submit(databases.empty_every_table)
        # Long enough to be in the middle of its locks, of which one is the reader's.
        assert wait([emptying], timeout=1.5).not_done
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT 1 FROM "{name}" LIMIT 1')
        reader.commit()
        emptying.result(timeout=30)
    reader.close()
    assert not User.objects.exists()


def test_one_that_never_ends_is_said_and_not_waited_for(committed_cast: Cast) -> None:
    reader = psycopg2.connect(make_dsn(databases.OWNER_DSN, dbname=databases.of_worker()))
    with reader.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_agency")
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            databases.empty_every_table(patience_s=0.1)
    reader.close()
