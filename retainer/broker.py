"""Kombu's Redis transport, mended where a worker would end instead of connecting again.

When Redis goes away, Celery takes the connection apart and connects anew. What is left of the old connection (a timer
that restores messages, a consumer that is being closed) may still ask its channel for a client; the channel then reads
the address from a connection that is not there any more. That is an AttributeError, which nobody takes for a lost
connection, so the worker's own process ends. Said as what it is, it is one more lost connection.
"""

from __future__ import annotations

from kombu.transport import redis
from redis.exceptions import ConnectionError as ConnectionLost


class Channel(redis.Channel):
    """Asked for a client after its connection was taken apart, it says that the connection is lost."""

    def _connparams(self, asynchronous: bool = False) -> dict[str, object]:
        if self.connection is None or self.connection.client is None:
            raise ConnectionLost("This connection to Redis was taken apart.")
        found: dict[str, object] = super()._connparams(asynchronous=asynchronous)  # type: ignore[misc]
        return found


class Transport(redis.Transport):
    """Redis, with that channel."""

    Channel = Channel
