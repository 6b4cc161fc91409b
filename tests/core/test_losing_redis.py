"""A worker outlives Redis: what is left of a connection that was taken apart says that it is lost, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from kombu.transport import redis as kombus

from retainer.celery import app


def test_a_channel_whose_connection_was_taken_apart_says_that_the_connection_is_lost() -> None:
    """As Celery does when Redis goes away. A worker connects again after this error and ends after any other."""
    connection = app.connection()
    channel: Any = connection.default_channel
    channel.client.ping()
    connection.collect()
    with pytest.raises(connection.connection_errors):
        channel._create_client()


def test_kombus_own_channel_says_something_that_ends_the_worker() -> None:
    """The day this fails, the mended transport is not needed any more."""
    connection = app.connection(transport="redis")
    channel: Any = connection.default_channel
    assert channel.__class__.__module__ == kombus.__name__
    channel.client.ping()
    connection.collect()
    with pytest.raises(AttributeError, match="NoneType"):
        channel._create_client()
