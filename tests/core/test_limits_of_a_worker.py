"""A worker that hangs or is frozen holds up nobody for long: the database ends its statement, and its session."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, OperationalError, connection

from core.models import Agency, Counter
from core.tenancy import limits
from tests.cast import Cast


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The limits of a worker in a hurry."""
    monkeypatch.setattr(limits, "_limits", {})
    limits.use(statement="300ms", idle_in_transaction="300ms")
    yield
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_hangs_is_ended(committed_cast: Cast, limited: None) -> None:
    with pytest.raises(OperationalError, match="statement timeout"), committed_cast.north.scope():
        Agency.objects.raw("SELECT id, pg_sleep(20) FROM core_agency")[0]


@pytest.mark.django_db(transaction=True)
def test_the_lock_of_a_worker_that_stands_still_is_free_again(committed_cast: Cast, limited: None) -> None:
    """Frozen inside a transaction, as by SIGSTOP: whoever waits for the row goes on, and what it wrote is gone."""
    with committed_cast.north.scope():
        Counter.objects.create(kind="held", value=0)
    holds, ended = threading.Event(), threading.Event()
    errors: list[BaseException] = []

    def freeze() -> None:
        try:
            with committed_cast.north.scope():
                Counter.objects.filter(kind="held").update(value=1)
                holds.set()
                ended.wait(20)
                Counter.objects.filter(kind="held").update(value=2)
        except DatabaseError as error:
            errors.append(error)
        finally:
            connection.close()

    frozen = threading.Thread(target=freeze)
    frozen.start()
    assert holds.wait(20)
    _take(committed_cast)
    ended.set()
    frozen.join()
    assert errors, "it went on as if it still had the row"
    with committed_cast.north.scope():
        assert Counter.objects.get(kind="held").value == 10


def _take(cast: Cast) -> None:
    """Waits for the row. The statement limit is shorter than the freeze, so it may have to be tried again."""
    for _try in range(20):
        try:
            with cast.north.scope():
                Counter.objects.filter(kind="held").update(value=10)
                return
        except OperationalError:
            time.sleep(0.1)
    raise AssertionError("the row is held for good")


@pytest.mark.django_db(transaction=True)
def test_limits_end_with_the_transaction(committed_cast: Cast, limited: None) -> None:
    """A pooled connection carries nothing to its next borrower."""
    with committed_cast.north.scope():
        assert _setting() == "300ms"
    limits._limits.clear()
    with committed_cast.north.scope():
        assert _setting() == "0"


def _setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])
