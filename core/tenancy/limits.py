"""How long one statement of this process may run, and how long its transaction may stand still.

Set with the scope, for its transaction alone, so that a pooled connection carries no process's limits to the next.
"""

from __future__ import annotations

_limits: dict[str, str] = {}


def use(*, statement: str, idle_in_transaction: str, lock: str = "0") -> None:
    """From now on, in each scope of this process. In PostgreSQL's words: "60s"; "0" is without a limit.

    A process that is frozen inside a transaction holds its locks no longer than that: the server ends the session, and
    whoever waits goes on.
    """
    _limits.update(
        statement_timeout=statement, idle_in_transaction_session_timeout=idle_in_transaction, lock_timeout=lock
    )


def in_force() -> dict[str, str]:
    """PostgreSQL's name of each limit, and its value."""
    return _limits
