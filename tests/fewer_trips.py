"""What brings no answer waits for the next statement and travels with it: savepoints, and the settings of a scope.

In a test every transaction of the product is a savepoint of the test's own, and every scope that is left has to be
taken back, so that half of what an ordinary request sends to PostgreSQL has no answer that anybody reads. PostgreSQL
gets the same statements in the same order; only the way there is gone once for all of them. A savepoint in which
nothing was asked is not made at all. Where a transaction is broken already, nothing waits: it has to be refused where
it stands.
"""

from __future__ import annotations

from typing import Any

import psycopg2
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg2.extensions import TRANSACTION_STATUS_INERROR, connection, cursor

# How ``core.tenancy.scope`` enters and leaves, without the limits that a server sets besides.
SCOPE = "SELECT set_config('role', %s, true), "
VALUES_OF_A_SCOPE = 5


def install() -> None:
    """For every connection that Django makes from now on in this process."""
    wrapper: Any = DatabaseWrapper
    wrapper.get_connection_params = _with_our_classes
    wrapper._savepoint = lambda self, sid: _later(self, self.ops.savepoint_create_sql(sid))
    wrapper._savepoint_commit = _release
    wrapper._savepoint_rollback = _roll_back


class Link(connection):
    """A connection that remembers what is still to be sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting: list[str] = []

    @property
    def may_wait(self) -> bool:
        """False where each statement is a transaction, and where the transaction is broken."""
        return not self.autocommit and self.get_transaction_status() != TRANSACTION_STATUS_INERROR

    def commit(self) -> None:
        """What waits would be without effect after it."""
        self.waiting.clear()
        super().commit()

    def rollback(self) -> None:
        """The same."""
        self.waiting.clear()
        super().rollback()


class Batch(cursor):
    """A cursor that takes along what waits."""

    connection: Any
    said: bytes | None = None

    @property
    def query(self) -> bytes | None:
        """What this one was told to do, for whoever looks over its shoulder, without what travelled along."""
        return self.said or super().query

    def execute(self, query: Any, vars: Any = None) -> None:
        """Keeps the settings of a scope, and sends everything else."""
        link, self.said = self.connection, None
        if vars and len(vars) == VALUES_OF_A_SCOPE and str(query).startswith(SCOPE) and link.may_wait:
            self.said = self.mogrify(query, vars)
            link.waiting.append(self.said.decode())
        elif not link.waiting:
            super().execute(query, vars)
        elif self.name or not isinstance(query, str):
            send(link)
            super().execute(query, vars)
        else:
            self._together(link, query, vars)

    def _together(self, link: Any, query: str, vars: Any) -> None:
        # What waits is written out already, so that none of its signs is a place for a value.
        before = "; ".join(link.waiting) + "; "
        try:
            super().execute((before.replace("%", "%%") if vars is not None else before) + query, vars)
        except psycopg2.Error as error:
            # Without a code it never left, so that everything still waits.
            if error.pgcode:
                link.waiting.clear()
            raise
        link.waiting.clear()
        self.said = (super().query or b"")[len(before.encode()) :]

    def executemany(self, query: Any, vars_list: Any) -> None:
        """Sends what waits first."""
        send(self.connection)
        super().executemany(query, vars_list)

    def copy_expert(self, sql: Any, file: Any, size: int = 8192) -> None:
        """Sends what waits first."""
        send(self.connection)
        super().copy_expert(sql, file, size)


def send(link: Any) -> None:
    """Sends what waits, by itself."""
    if link.waiting:
        waiting, link.waiting = "; ".join(link.waiting), []
        with link.cursor() as alone:
            alone.execute(waiting)


def _with_our_classes(self: DatabaseWrapper) -> dict[str, Any]:
    return _parameters(self) | {"connection_factory": Link, "cursor_factory": Batch}


def _later(self: Any, sql: str) -> None:
    self.ensure_connection()
    if self.connection.may_wait:
        self.connection.waiting.append(sql)
        return
    with self.cursor() as one:
        one.execute(sql)


def _release(self: Any, sid: str) -> None:
    waiting = self.connection.waiting
    if waiting and waiting[-1] == self.ops.savepoint_create_sql(sid):
        waiting.pop()
    else:
        _later(self, self.ops.savepoint_commit_sql(sid))


def _roll_back(self: Any, sid: str) -> None:
    link, made = self.connection, self.ops.savepoint_create_sql(sid)
    if made in link.waiting:
        # Nothing has been sent since it was to be made.
        del link.waiting[link.waiting.index(made) + 1 :]
        return
    link.waiting.clear()
    with self.cursor() as one:
        one.execute(self.ops.savepoint_rollback_sql(sid))


_parameters = DatabaseWrapper.get_connection_params
