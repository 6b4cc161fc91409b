"""F8, F67: a client's AI systems, how critical they are, who owns them, and where they run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clients import selectors, services
from core import clock
from core.errors import NotFound
from tests.cast import Cast, random_id
from tests.clients.support import refused, told

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
GOOD: dict[str, Any] = {"name": "Invoice reader", "criticality": "medium"}


def test_a_new_system_has_a_production_and_a_preproduction(cast: Cast) -> None:
    with cast.north.scope():
        system = services.create_system(client_id=cast.north.client.id, **GOOD)
        assert [row.kind for row in selectors.environments(system.id)] == ["preproduction", "production"]
        assert selectors.environment(system.id, "production").client_id == cast.north.client.id
        assert told(system.id) == ["clients.system.created"]


def test_addresses_of_systems_are_the_clients_own(cast: Cast) -> None:
    """A second one of the same client gets a number; another client's has its own."""
    with cast.north.scope():
        first, second = (services.create_system(client_id=cast.north.client.id, **GOOD).slug for _ in range(2))
        elsewhere = services.create_system(client_id=cast.north.other_client.id, **GOOD).slug
        assert (first, second, elsewhere) == ("invoice-reader", "invoice-reader-2", "invoice-reader")
        found = selectors.system_by_slugs(cast.north.other_client.slug, "invoice-reader")
        assert found.client_id == cast.north.other_client.id


BAD: list[tuple[str, Any]] = [
    ("name", ""),
    ("name", "a" * 81),
    ("criticality", ""),
    ("criticality", "critical"),
    ("purpose", "a" * 301),
]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_what_cannot_be_right_is_refused_beside_its_field(cast: Cast, field: str, value: str) -> None:
    with cast.north.scope():
        with refused(field):
            services.create_system(client_id=cast.north.client.id, **{**GOOD, field: value})
        with refused(field):
            services.update_system(system_id=cast.north.system.id, **{**GOOD, field: value})


def test_characters_that_nobody_sees_are_taken_out_of_the_purpose(cast: Cast) -> None:
    with cast.north.scope():
        system = services.create_system(client_id=cast.north.client.id, purpose="Reads\x00\ninvoices", **GOOD)
        system.refresh_from_db()
    assert system.purpose == "Reads invoices"


def test_an_owner_is_somebody_on_the_staff(cast: Cast) -> None:
    """X03: another agency's person, a client's contact, a stranger and nobody at all are one and the same."""
    north = cast.north
    with north.scope():
        system = services.create_system(client_id=north.client.id, owner_id=str(north.engineer.id), **GOOD)
        assert system.owner_id == north.engineer.id
        for outsider in (cast.south.engineer.id, north.contact.id, cast.stranger.id, random_id(), "nobody"):
            with refused("owner_id", NotFound):
                services.create_system(client_id=north.client.id, owner_id=outsider, **GOOD)
            with refused("owner_id", NotFound):
                services.update_system(system_id=system.id, owner_id=outsider, **GOOD)


def test_a_change_keeps_the_address(cast: Cast) -> None:
    with cast.north.scope():
        before = cast.north.system.slug
        changed = services.update_system(
            system_id=cast.north.system.id, name="Renamed", criticality="low", customer_facing=True
        )
        again = selectors.system(changed.id)
        assert (again.name, again.criticality, again.customer_facing, again.slug) == ("Renamed", "low", True, before)


def test_pausing_twice_keeps_the_first_moment_and_is_announced_once(cast: Cast) -> None:
    system_id = cast.north.system.id
    with clock.at(NOON), cast.north.scope():
        services.pause_system(system_id=system_id)
    with clock.at(NOON + timedelta(hours=1)), cast.north.scope():
        assert services.pause_system(system_id=system_id).paused_at == NOON
        assert services.resume_system(system_id=system_id).paused_at is None
        services.resume_system(system_id=system_id)
        assert told(system_id) == ["clients.system.paused", "clients.system.resumed"]


def test_what_is_not_there_is_not_found(cast: Cast) -> None:
    with cast.north.scope():
        with refused("system", NotFound):
            services.pause_system(system_id=random_id())
        with refused("client", NotFound):
            services.create_system(client_id=random_id(), **GOOD)
        with refused(None, NotFound):
            selectors.environment(cast.north.system.id, "staging")
        with refused(None, NotFound):
            selectors.system_by_slugs(cast.north.client.slug, "nothing")
