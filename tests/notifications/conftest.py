"""A real mail server and a real DNS server for the tests of messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.receivers import Mailbox, Zone, dns_server, smtp_server


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """What the server has taken; the product sends to it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with smtp_server() as box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        yield box


@pytest.fixture
def zone(settings: Any) -> Iterator[Zone]:
    """What the DNS says; the product asks it."""
    with dns_server() as zone:
        settings.DNS_SERVERS = [zone.address]
        yield zone
